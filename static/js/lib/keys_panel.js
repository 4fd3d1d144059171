/* All keys of the page that is open, each to be changed or switched off, as a panel over it.
 * openKeys() */

import { el, redraw } from "./dom.js";
import { fill, gettext, pgettext } from "./i18n.js";
import { allKeys, rebind } from "./keys.js";

const FIXED = ["tick", "back", "help"];
const MODIFIER = /^(Shift|Control|Alt|Meta|OS|CapsLock|Fn)/; // half of a key that is still being pressed
let dialog = null;
let stopListening = () => {};

export function openKeys() {
  dialog ??= document.body.appendChild(el("dialog", { "aria-labelledby": "keys-title", onclose: () => stopListening() }));
  draw();
  dialog.showModal();
}

/** `wrong`: of act `at`, why the key that was pressed has not become its own. */
function draw(at = "", wrong = "") {
  redraw(
    dialog,
    el("div.dialog-head", {}, el("h2", { id: "keys-title" }, gettext("All keys")), el("button.button.small", { type: "button", "data-focus": "close", onclick: () => dialog.close() }, pgettext("window", "Close"), el("kbd", {}, "Esc"))),
    el("div.dialog-body", {}, el("p.second", {}, gettext("Keys are read by their place on the keyboard. Each can be changed or switched off; it is remembered on this computer.")), el("div.keys-list", {}, allKeys().map((key) => line(key, key.id === at && wrong)))),
  );
}

function line({ id, text, label }, wrong) {
  const change = FIXED.includes(id) ? el("span") : el("button.button.small", { type: "button", "data-focus": id, onclick: () => listen(id, change) }, gettext("Change"));
  return [el("span", {}, text, wrong && el("p.error-line", { role: "alert" }, wrong)), label ? el("kbd", {}, label) : el("span.note", {}, gettext("off")), change];
}

/** The next key becomes this one's, unless the panel is closed or another line is chosen first. */
function listen(id, button) {
  stopListening();
  const before = button.textContent;
  button.textContent = gettext("Press a key, Delete switches off");
  const take = (event) => {
    if (MODIFIER.test(event.code)) return;
    event.preventDefault();
    if (event.repeat) return; // the Enter that chose this line, held down
    event.stopImmediatePropagation();
    stopListening();
    const other = event.code === "Escape" ? "" : rebind(id, ["Delete", "Backspace"].includes(event.code) ? null : event.code);
    draw(id, other && fill(gettext("That key is “%(act)s” already"), { act: other }));
  };
  addEventListener("keydown", take, true);
  stopListening = () => {
    removeEventListener("keydown", take, true);
    button.textContent = before;
  };
}
