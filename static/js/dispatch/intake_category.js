/* Finding a category by code, Chinese, English or pinyin initials, with the keyboard.
 * fetchCategories(url) → {categories, offset}
 * Categories(input, list, {chosen(category | null, leaving)}) — the ARIA combobox; null: what is typed names none (any more):
 *   .load(categories), .choose(code), .code, .chosenOne, .complete()
 * A category is {code, name, name_en, initials, priority} as /api/categories/ gives it. */

import { el, put } from "../lib/dom.js";
import { getDated } from "../lib/http.js";
import { chinese } from "../lib/i18n.js";
import { composing } from "../lib/keys.js";

const MOST = 8;
// An input method shows half-typed pinyin as d'j or d j; what counts is letters, digits and Han characters.
const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/[\s'’·\-_,.]/g, "");

/** How well one category answers; 0 is best, Infinity is no answer. */
function distance(category, query) {
  const initials = category.initials.toLowerCase();
  const name = plain(category.name);
  const words = category.name_en.toLowerCase();
  if (plain(category.code) === query || initials === query || name === query || plain(words) === query) return 0;
  if (initials.startsWith(query) || name.startsWith(query)) return 1;
  if (plain(category.code).startsWith(query) || plain(words).startsWith(query)) return 2;
  if (words.split(/[^a-z0-9]+/).some((word) => word.startsWith(query))) return 3;
  if (name.includes(query) || initials.includes(query)) return 4;
  return plain(words).includes(query) ? 5 : Infinity;
}

/** The best matches first; an empty text gives none. */
function rank(categories, text) {
  const query = plain(text);
  if (!query) return [];
  return categories
    .map((category) => ({ category, far: distance(category, query) }))
    .filter(({ far }) => far < Infinity)
    .sort((a, b) => a.far - b.far || a.category.priority - b.category.priority || (a.category.code < b.category.code ? -1 : 1))
    .slice(0, MOST)
    .map(({ category }) => category);
}

/** The list, and the server's clock minus ours in ms: a page restored from the browser's cache has no other way to know. */
export async function fetchCategories(url) {
  const { body, at } = await getDated(url);
  return { categories: body.results, offset: Number.isNaN(at) ? null : at - Date.now() };
}

const labelOf = (category) => (chinese ? category.name : category.name_en);

export class Categories {
  constructor(input, list, { chosen }) {
    Object.assign(this, { input, list, chosen, all: [], shown: [], at: -1, code: "" });
    list.setAttribute("role", "listbox");
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off",
    })) input.setAttribute(name, value); // prettier-ignore
    input.addEventListener("input", () => this.#search());
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.complete());
    list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (!option) return;
      event.preventDefault(); // the field keeps its focus
      this.#take(this.shown[[...list.children].indexOf(option)]);
    });
  }

  load(categories) {
    this.all = categories;
    if (this.code) return this.choose(this.code);
    if (!this.input.value) return;
    this.#search(); // typed before the list was there
    if (document.activeElement !== this.input) this.complete();
  }

  /** Set without telling `chosen`: a restored draft. */
  choose(code) {
    const found = this.all.find((category) => category.code === code);
    this.code = code;
    if (found) this.input.value = labelOf(found);
    else if (!code) this.input.value = "";
    this.#close();
  }

  /** The category that `code` names, or null. */
  get chosenOne() {
    return this.all.find((category) => category.code === this.code) ?? null;
  }

  /** Leaving the field takes the first match, so that two letters and Tab are enough. */
  complete() {
    if (!this.code && this.shown.length) this.#take(this.shown[Math.max(0, this.at)], true);
    else if (!this.code && this.all.length && this.input.value.trim()) this.chosen(null, true);
    this.#close();
  }

  #search() {
    if (this.code) this.chosen(null, false); // else another would be filed than the field shows
    this.code = "";
    this.shown = rank(this.all, this.input.value);
    this.at = this.shown.length ? 0 : -1;
    this.#draw();
  }

  #key(event) {
    if (composing(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!this.shown.length) this.shown = rank(this.all, this.input.value);
      if (!this.shown.length) this.shown = this.all.slice(0, 8);
      this.at = this.list.hidden ? Math.max(0, this.at) : (this.at + step + this.shown.length) % this.shown.length;
      this.#draw();
    } else if (event.key === "Enter" && !event.ctrlKey && !this.list.hidden && this.at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      this.#take(this.shown[this.at]);
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    }
  }

  #take(category, leaving = false) {
    this.code = category.code;
    this.input.value = labelOf(category);
    this.#close();
    this.chosen(category, leaving);
  }

  #close() {
    this.shown = [];
    this.at = -1;
    this.#draw();
  }

  #draw() {
    const open = this.shown.length > 0 && document.activeElement === this.input;
    put(
      this.list,
      this.shown.map((category, index) =>
        el("li", { role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(index === this.at) },
          el("b", {}, labelOf(category)), el("span", {}, `${category.initials} · ${category.code}`),
        ),
      ),
    ); // prettier-ignore
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (open && this.at >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }
}
