/* The line under the form: what is going on, what was saved.
 * new Line(node, pages); .say(text, kind = "", code = ""), .saved(number, text), .add(...nodes), .link(number) → <a>
 * kind: "", "bad", "warn", "ok" */

import { el, put } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";

export class Line {
  constructor(node, pages) {
    this.node = node;
    this.pages = pages;
  }

  say(text, kind = "", code = "") {
    put(this.node, text, code ? el("span.note", {}, ` ${code}`) : null);
    this.node.className = `intake-status ${kind}`;
    this.node.hidden = !text;
  }

  add = (...parts) => this.node.append(...parts);

  link = (number) => el("a", { href: `${this.pages}${number}/` }, fill(gettext("Open %(serial)s"), { serial: number.slice(14) }));

  saved(number, text = savedText(number)) {
    this.say(text, "ok");
    this.add(" ", this.link(number));
  }
}

export const savedText = (number) => fill(gettext("Saved %(serial)s"), { serial: number.slice(14) });
