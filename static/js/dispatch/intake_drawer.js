/* The intake form as a drawer over a page: opened by F2 or a link, shut by Esc, with one line of what was saved left behind.
 * new Drawer(root, open) — `open()` is called by a link to the intake; a form that is a page of its own is always open
 *   .here — whether it is a drawer; .shut; .open(); .close() — the focus goes back to where it was; .saved(text) */

import { $, setText } from "../lib/dom.js";

const SAID_MS = 12_000;

export class Drawer {
  constructor(root, open) {
    this.root = root;
    this.here = root.dataset.drawer !== undefined;
    this.said = $(".intake-said");
    this.before = null; // what had the focus before it was opened
    this.timer = 0;
    if (this.here) document.addEventListener("click", (event) => this.#linked(event, open));
  }

  get shut() {
    return this.root.hidden;
  }

  #linked(event, open) {
    const { defaultPrevented, ctrlKey, metaKey, shiftKey } = event; // another tab or window was asked for
    if (defaultPrevented || ctrlKey || metaKey || shiftKey || !event.target.closest("[data-action=intake]")) return;
    event.preventDefault();
    open();
  }

  open() {
    if (!this.here) return;
    if (this.shut) this.before = document.activeElement;
    this.root.hidden = false;
    this.said.hidden = true;
  }

  close() {
    const inside = this.root.contains(document.activeElement);
    this.root.hidden = true;
    if (inside) this.before?.focus({ preventScroll: true });
  }

  saved(text) {
    this.root.hidden = true;
    setText(this.said, text);
    this.said.className = "intake-said ok";
    this.said.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.said.hidden = true), SAID_MS);
  }
}
