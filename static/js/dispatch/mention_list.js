/* "Mentions 2": the notes that name this person. A quiet line, no alarm: it neither sounds nor colours anything.
 * new Mentions(live) — .unseen, .rows → newest first; .see(rows) marks them read; event `changed`
 * mountMentions(button, dialog, state) → {open()} — the line and its list, for board and desk */

import { el, put } from "../lib/dom.js";
import { HttpError, get, post } from "../lib/http.js";
import { fill, gettext, pgettext } from "../lib/i18n.js";
import { hint } from "../lib/keys.js";
import { ago, ms, stamp } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { urls } from "./board_api.js";

export class Mentions extends EventTarget {
  constructor(live) {
    super();
    this.rows = [];
    live.addEventListener("mention", () => this.fetch());
    // a line that was broken may have missed some
    live.addEventListener("state", ({ detail }) => ["live", "recovered"].includes(detail.mode) && this.fetch());
  }

  get unseen() {
    return this.rows.filter((row) => !row.seen_at);
  }

  async fetch() {
    try {
      this.#take((await get(urls.mentions)).results);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error; // the next hint or recovery asks again
    }
  }

  async see(rows) {
    const ids = rows.filter((row) => !row.seen_at).map(({ id }) => id);
    if (!ids.length) return;
    try {
      await post(urls.mentionsSeen, { ids });
      const seen_at = new Date().toISOString();
      this.#take(this.rows.map((row) => (ids.includes(row.id) ? { ...row, seen_at } : row)));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error; // they stay unread
    }
  }

  #take(rows) {
    this.rows = rows;
    this.dispatchEvent(new CustomEvent("changed"));
  }
}

export function mountMentions(button, dialog, state) {
  const mentions = new Mentions(state.live);

  mentions.addEventListener("changed", () => {
    const { length } = mentions.unseen;
    button.hidden = !mentions.rows.length;
    button.classList.toggle("unread", length > 0);
    put(button, length ? fill(gettext("Mentions %(n)s"), { n: length }) : gettext("Mentions"), hint("mentions"));
  });

  function follow(row) {
    dialog.close();
    if (state.live.incidents.has(row.number)) state.select(row.number);
    else location.assign(`/incidents/${row.number}/`); // it has ended, or is another's by now
  }

  const item = (row) =>
    el(
      "li",
      {},
      el(
        "button.mention", { type: "button", class: row.seen_at ? "" : "unread", onclick: () => follow(row) },
        el("span.second", {}, el("b", { title: row.number }, serial(row.number)), ` ${state.category(row).label} · ${row.by} · `,
          el("time", { datetime: row.at, title: stamp(row.at) }, ago(state.live.now() - ms(row.at)))),
        el("span.mention-text", {}, row.text),
      ), // prettier-ignore
    );

  function open() {
    if (dialog.open) return;
    const { rows } = mentions;
    put(
      dialog,
      el("div.dialog-head", {}, el("h2", {}, gettext("Notes that name me")), el("button.button.small", { type: "button", onclick: () => dialog.close() }, pgettext("window", "Close"), el("kbd", {}, "Esc"))),
      el("div.dialog-body", {}, rows.length ? el("ul.mentions", {}, rows.map(item)) : el("p", {}, gettext("No note has named you. Write @ and a name in a note to name somebody."))),
    );
    dialog.showModal();
    dialog.querySelector(".mention")?.focus();
    mentions.see(rows);
  }

  button.addEventListener("click", open);
  return { open };
}
