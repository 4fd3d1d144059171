/* "Sound and notice" as a panel over whatever page is open, so that nobody has to leave the board for it.
 * openPreferences() — follows the link in the account's menu where the panel can't be fetched */

import { $, el, put } from "./dom.js";
import { gettext, pgettext } from "./i18n.js";

const TIMEOUT_MS = 15_000;
let dialog = null;

export async function openPreferences() {
  const link = $("[data-action=preferences]");
  if (!link || $("form.preferences")) return; // nobody signed in, or it is open already
  try {
    const answer = await fetch(`${link.href}?part`, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    await show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    location.assign(link.href);
  }
}

async function show(fresh) {
  const form = document.importNode($("form", fresh), true);
  const { mount } = await import(form.dataset.mount); // first, so that nothing stands half made where it can't be had
  dialog ??= document.body.appendChild(el("dialog.preferences-panel", { "aria-labelledby": "preferences-title" }));
  const close = el("button.button.small", { type: "button", onclick: () => dialog.close() }, pgettext("window", "Close"), el("kbd", {}, "Esc"));
  put(dialog, el("div.dialog-head", {}, el("h2", { id: "preferences-title" }, gettext("Sound and notice")), close), el("div.dialog-body", {}, form));
  dialog.addEventListener("close", () => put(dialog), { once: true });
  mount(form, { saved: () => dialog.close() });
  dialog.showModal();
  $("select", form).focus();
}
