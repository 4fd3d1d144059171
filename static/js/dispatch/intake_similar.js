/* Beside the form: what this call may be about already. Alt+1 to Alt+3 join the caller to it; nobody else is sent.
 * Similar(root, {url, join(number)}) — .ask({point, category, caller_phone}), .clear(), .at(index) → number | null */

import { el, put } from "../lib/dom.js";
import { post } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { ago, distance } from "../lib/time.js";
import { serial } from "../lib/urgency.js";

const PAUSE_MS = 300;

export class Similar {
  constructor(root, { url, names, join }) {
    Object.assign(this, { root, url, names, join, rows: [], asked: "" });
  }

  ask({ point, category, caller_phone: phone }) {
    const body = { ...(point ?? {}), category, caller_phone: phone };
    const key = JSON.stringify(body);
    if (key === this.asked) return;
    this.asked = key;
    clearTimeout(this.timer);
    if (!point && !phone) return this.#show([]);
    this.timer = setTimeout(() => this.#load(key, body), PAUSE_MS);
  }

  clear() {
    this.asked = "";
    clearTimeout(this.timer);
    this.#show([]);
  }

  at = (index) => this.rows[index]?.open ? this.rows[index].number : null;

  async #load(key, body) {
    let found;
    try {
      found = (await post(this.url, body)).results;
    } catch (error) {
      if (!error.code) throw error;
      found = []; // a hint that can't be had must not stand in the way of filing
    }
    if (key === this.asked) this.#show(found);
  }

  #show(rows) {
    this.rows = rows;
    this.root.hidden = !rows.length;
    put(this.root, rows.length > 0 && el("b", {}, gettext("Perhaps the same")), rows.map((row, index) => this.#line(row, index)));
  }

  #line(row, index) {
    const facts = [
      row.metres !== null && fill(gettext("%(distance)s away"), { distance: distance(row.metres) }),
      ago(row.seconds * 1000),
      row.same_caller && gettext("same caller"),
      !row.open && gettext("ended"),
    ];
    return el(
      "div.similar",
      {},
      el("span", {}, el("b", {}, serial(row.number)), " ", row.summary || this.names(row.category), el("span.second", {}, facts.filter(Boolean).join(" · "))),
      row.open && el("button.button.small", { type: "button", onclick: () => this.join(row.number) }, gettext("Join"), el("kbd", {}, `Alt+${index + 1}`)),
    );
  }
}
