/* Requests to our own API, as the signed-in person.
 * get(url) → JSON
 * getDated(url) → {body, at}: the JSON, from no cache, and the server's clock in ms, NaN where it does not tell
 * post(url, body, {key, keepalive}) → JSON; `key` becomes Idempotency-Key, so that a repeat makes nothing twice;
 *   `keepalive` outlives the page
 * newKey() → such a key
 * upload(url, file, {progress(share), fields}) → JSON; as a form with the field `file` and those of `fields`
 * HttpError: status (0 = no answer), code, message (for people), field, fields, details
 * null answers a 204. An answer that breaks off is none: status 0, as without a network.
 * A 401 sends `sessionended` on document. No answer within 15 s is an error that says so; an upload may last, but not
 * without moving: half a minute of that is the same error. */

import { gettext } from "./i18n.js";

const TIMEOUT_MS = 15_000;
const IDLE_MS = 30_000; // a slow line takes some tens of kilobytes at a time

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

async function answerOf(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS), ...options });
  } catch {
    throw new HttpError(0);
  }
  const body = taken(response.status, response.status === 204 ? null : await response.json().catch(() => null));
  return { body, at: Date.parse(response.headers.get("Date")) };
}

/** What an answer gives, or throws; `body` is null where it is none or broke off. */
function taken(status, body) {
  if (status === 204) return null;
  const ok = status >= 200 && status < 300;
  if (ok && body === null) throw new HttpError(0); // the line dropped within it
  if (ok) return body;
  if (status === 401) document.dispatchEvent(new CustomEvent("sessionended"));
  throw new HttpError(status, body?.error);
}

const send = async (url, options) => (await answerOf(url, options)).body;
const ASK = { headers: { Accept: "application/json" } };

export const get = (url) => send(url, ASK);

export const getDated = (url) => answerOf(url, { ...ASK, cache: "no-store" });

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
    let idle = 0;
    const moved = () => {
      clearTimeout(idle);
      idle = setTimeout(() => request.abort(), IDLE_MS);
    };
    request.upload.onprogress = ({ loaded, total }) => {
      moved();
      progress?.(total ? loaded / total : 0);
    };
    // however it ends; where no answer came, the status is 0
    request.onloadend = () => {
      clearTimeout(idle);
      try {
        resolve(taken(request.status, request.response));
      } catch (error) {
        reject(error);
      }
    };
    moved();
    request.send(form);
  });
}
