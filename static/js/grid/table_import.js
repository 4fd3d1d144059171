/* A file is tried or written row by row on the server; this shows how far it is, and keeps the page where something is wrong.
 * Without this script the same forms work, only silently. */

import { $, $$ } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";

for (const form of $$("[data-table-form]")) form.addEventListener("submit", (event) => (event.preventDefault(), send(form)));

async function send(form) {
  const [button, box, problem] = [$("button", form), $("[data-table-progress]", form), $("[data-table-problem]", form)];
  button.disabled = true;
  problem.replaceChildren();
  const later = setTimeout(() => (box.hidden = false), 400);
  try {
    await follow(form, $("[role=status]", box));
  } catch (error) {
    const note = document.createElement("p");
    note.className = "errornote";
    note.textContent = error.message;
    problem.append(note);
    button.disabled = false;
    button.focus();
  } finally {
    clearTimeout(later);
    box.hidden = true;
  }
}

const brokenOff = () => new Error(gettext("The connection broke off. Look at the list before you try again."));

/** One line of the answer. What is none was put there by something between here and the server. */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    throw brokenOff();
  }
}

/** Reads the answer's lines: {row}, then {go} or {error}. */
async function follow(form, status) {
  let answer;
  try {
    answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/x-ndjson" } });
  } catch {
    throw new Error(gettext("No connection. Nothing was written; try again."));
  }
  if (!answer.headers.get("Content-Type")?.startsWith("application/x-ndjson")) throw new Error(gettext("The server did not take this. Reload the page and try again."));
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => ({ done: true }));
    rest += value ?? "";
    const lines = rest.split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const { row, go, error } = parsed(line);
      if (error) throw new Error(error.message);
      if (go) return void location.assign(go);
      status.textContent = row ? fill(form.dataset.tableForm === "write" ? gettext("Writing row %(row)s") : gettext("Trying row %(row)s"), { row }) : "";
    }
    if (done) throw brokenOff();
  }
}
