/* "Sound and notice" as a panel over whatever page is open, so that nobody has to leave the board for it.
 * openPreferences() — follows the link in the account's menu where the panel can't be fetched */

import { $, el, put } from "./dom.js";
import { gettext, pgettext } from "./i18n.js";

let dialog = null;

export async function openPreferences() {
  const link = $("[data-action=preferences]");
  if (!link || $("form.preferences")) return; // nobody signed in, or it is open already
  try {
    const answer = await fetch(`${link.href}?part`, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    location.assign(link.href);
  }
}

async function show(fresh) {
  dialog ??= document.body.appendChild(el("dialog.preferences-panel", { "aria-labelledby": "preferences-title" }));
  const form = document.importNode($("form", fresh), true);
  const close = el("button.button.small", { type: "button", onclick: () => dialog.close() }, pgettext("window", "Close"), el("kbd", {}, "Esc"));
  put(dialog, el("div.dialog-head", {}, el("h2", { id: "preferences-title" }, gettext("Sound and notice")), close), el("div.dialog-body", {}, form));
  dialog.addEventListener("close", () => put(dialog), { once: true });
  (await import(form.dataset.mount)).mount(form, { saved: () => dialog.close() });
  dialog.showModal();
  $("select", form).focus();
}
