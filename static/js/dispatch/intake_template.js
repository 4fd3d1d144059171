/* Quick texts for "what was said": offered when the category is chosen, put in by one key, with blanks to go through.
 * Templates(root, field, {changed()}) — .show(category | null), .insert(index) → false where there is none
 *   .blank(text) → the first blank left, or ""
 *   A blank is 【…】 of a template that was offered: the 【…】 of a pasted message is text. Inserting adds at the cursor and
 *   never takes anything away; Tab goes to the next blank behind the cursor while there is one. */

import { el, put } from "../lib/dom.js";
import { composing } from "../lib/keys.js";

const BLANK = /【[^【】]*】/g;
export const TEMPLATE_KEYS = ["KeyT", "KeyY", "KeyU"];

export class Templates {
  constructor(root, field, { changed }) {
    Object.assign(this, { root, field, changed, shown: [], blanks: new Set() });
    field.addEventListener("keydown", (event) => this.#tab(event));
  }

  show(category) {
    this.shown = (category?.templates ?? []).slice(0, TEMPLATE_KEYS.length);
    for (const blank of this.shown.flatMap(({ text }) => text.match(BLANK) ?? [])) this.blanks.add(blank);
    this.root.hidden = !this.shown.length;
    put(
      this.root,
      this.shown.map((one, index) =>
        el("p.template", {}, el("button.button.small", { type: "button", onclick: () => this.insert(index) }, one.title, el("kbd", {}, `Alt+${TEMPLATE_KEYS[index].at(-1)}`)), el("span.second", {}, one.prompts)),
      ),
    );
  }

  blank = (text) => text.match(BLANK)?.find((one) => this.blanks.has(one)) ?? "";

  insert(index) {
    const template = this.shown[index];
    if (!template) return false;
    const { field } = this;
    const at = document.activeElement === field ? field.selectionEnd : field.value.length;
    field.focus();
    field.setSelectionRange(at, at);
    const before = field.value.slice(0, at);
    const text = `${before && !/\s$/.test(before) ? "\n" : ""}${template.text}`;
    // the browser's own way of typing, so that Ctrl+Z takes it back; setRangeText where there is none
    if (!document.execCommand("insertText", false, text)) field.setRangeText(text, at, at, "end");
    if (!this.#select(at)) field.setSelectionRange(at + text.length, at + text.length);
    this.changed();
    return true;
  }

  #tab(event) {
    if (event.key !== "Tab" || event.shiftKey || event.altKey || event.ctrlKey || composing(event)) return;
    if (this.#select(this.field.selectionEnd)) event.preventDefault();
  }

  /** Selects the first blank at or after `from`. */
  #select(from) {
    const found = [...this.field.value.matchAll(BLANK)].find((one) => one.index >= from && this.blanks.has(one[0]));
    if (!found) return false;
    this.field.setSelectionRange(found.index, found.index + found[0].length);
    return true;
  }
}
