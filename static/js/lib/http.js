/* Requests to our own API, as the signed-in person.
 * get(url) → JSON
 * post(url, body, {key, keepalive}) → JSON; `key` becomes Idempotency-Key, so that a repeat makes nothing twice;
 *   `keepalive` outlives the page
 * upload(url, file, {progress(share), fields}) → JSON; as a form with the field `file` and those of `fields`
 * newKey() → such a key
 * HttpError: status (0 = no answer), code, message (for people), field, fields, details
 * null answers a 204. An answer that breaks off is none: status 0, as without a network.
 * A 401 sends `sessionended` on document. No answer within 15 s is an error that says so. */

import { gettext } from "./i18n.js";

const TIMEOUT_MS = 15_000;

export class HttpError extends Error {
  constructor(status, error = {}) {
    super(error.message || gettext("The server did not answer. Nothing was lost; try again."));
    this.status = status;
    this.code = error.code || "no_answer";
    this.field = error.field ?? null;
    this.fields = error.fields ?? {};
    this.details = error.details ?? {};
  }
}

const cookie = (name) =>
  document.cookie
    .split("; ")
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? "";

export const newKey = () =>
  crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
  } catch {
    throw new HttpError(0);
  }
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (response.ok && body === null) throw new HttpError(0); // the line dropped within it
  if (response.ok) return body;
  if (response.status === 401) document.dispatchEvent(new CustomEvent("sessionended"));
  throw new HttpError(response.status, body?.error);
}

export const get = (url) => send(url, { headers: { Accept: "application/json" } });

export const post = (url, body = {}, { key, keepalive = false } = {}) =>
  send(url, {
    keepalive,
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      Accept: "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": cookie("csrftoken"),
      ...(key ? { "Idempotency-Key": key } : {}),
    },
  });

/** By XMLHttpRequest, since `fetch` does not tell how far an upload has come. */
export function upload(url, file, { progress, fields = {} } = {}) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("file", file);
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.responseType = "json";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", cookie("csrftoken"));
    request.upload.onprogress = ({ loaded, total }) => progress?.(total ? loaded / total : 0);
    request.onerror = () => reject(new HttpError(0));
    request.onload = () => (request.status < 300 ? resolve(request.response) : reject(new HttpError(request.status, request.response?.error)));
    request.send(form);
  });
}
