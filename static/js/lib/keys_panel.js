/* All keys of the page that is open, each to be changed or switched off, as a panel over it.
 * openKeys() */

import { el, put } from "./dom.js";
import { gettext, pgettext } from "./i18n.js";
import { allKeys, rebind } from "./keys.js";

const FIXED = ["tick", "back", "help"];
let dialog = null;
let stopListening = () => {};

export function openKeys() {
  dialog ??= document.body.appendChild(el("dialog", { "aria-labelledby": "keys-title", onclose: () => stopListening() }));
  draw();
  dialog.showModal();
}

function draw() {
  put(
    dialog,
    el("div.dialog-head", {}, el("h2", { id: "keys-title" }, gettext("All keys")), el("button.button.small", { type: "button", onclick: () => dialog.close() }, pgettext("window", "Close"), el("kbd", {}, "Esc"))),
    el("div.dialog-body", {}, el("p.second", {}, gettext("Keys are read by their place on the keyboard. Each can be changed or switched off; it is remembered on this computer.")), el("div.keys-list", {}, allKeys().map(line))),
  );
}

function line({ id, text, label }) {
  const change = FIXED.includes(id) ? el("span") : el("button.button.small", { type: "button", onclick: () => listen(id, change) }, gettext("Change"));
  return [el("span", {}, text), label ? el("kbd", {}, label) : el("span.note", {}, gettext("off")), change];
}

/** The next key becomes this one's, unless the panel is closed or another line is chosen first. */
function listen(id, button) {
  stopListening();
  const before = button.textContent;
  button.textContent = gettext("Press a key, Delete switches off");
  const take = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    stopListening();
    if (event.code !== "Escape") rebind(id, event.code === "Delete" || event.code === "Backspace" ? null : event.code);
    draw();
  };
  addEventListener("keydown", take, true);
  stopListening = () => {
    removeEventListener("keydown", take, true);
    button.textContent = before;
  };
}
