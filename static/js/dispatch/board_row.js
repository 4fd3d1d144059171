/* One row of the queue. Built once per incident, then only its changed words are written.
 * title(row, state) → words
 * new ListRow(entry, state); .node; .update(entry, state, {timed = true}), without `timed` its timer stays; .ended() */

import { el, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { prioritySymbol, setPriority } from "../lib/symbols.js";
import { AWAITED_TEXT, PRIORITY_TEXT, STAGE_TEXT, STATE_TEXT, serial } from "../lib/urgency.js";

/** The first sentence of what was said, else the category: the title of a row. */
export function title(row, state) {
  const said = row.summary.trim();
  return said.match(/^[^。！？!?\n]{4,}?(?=[。！？!?\n]|\.\s|$)/)?.[0] ?? (said || state.category(row).label);
}

/** Who is expected and for what: "Chengdong 01 not accepted". */
function awaited({ row, urgency }) {
  const first = row.assignments[0]?.label ?? "";
  const others = row.assignments.length > 1 ? "+" : "";
  if (row.escalation?.owner) return row.escalation.owner;
  if (row.status === null) return gettext("not recorded"); // in a look back at days before the board was kept
  if (!row.stage) return gettext("Reported back");
  const words = urgency.state === "late" || urgency.state === "escalated" ? STAGE_TEXT : AWAITED_TEXT;
  return [first && `${first}${others}`, words[row.stage]].filter(Boolean).join(" ");
}

export class ListRow {
  constructor({ row }, state) {
    this.symbol = prioritySymbol(row.priority, "calm", 28);
    this.serial = el("b", {}, serial(row.number));
    this.title = el("span.row-summary");
    this.unseen = el("span.chip.unseen", {}, gettext("New"));
    this.chip = el("span.chip");
    this.asked = el("span.chip.asked");
    this.place = el("span.row-place");
    this.timer = el("span.row-timer");
    this.who = el("span.row-who");
    this.node = el(
      "button.row",
      { type: "button", dataset: { number: row.number } },
      this.symbol,
      el("span.row-title", {}, this.serial, this.title, this.asked, this.unseen),
      this.timer,
      el("span.row-second", {}, this.chip, this.place),
      this.who,
    );
    this.fresh = state.live.mode !== "loading" && state.live.now() - Date.parse(row.reported_at) < 10_000;
    if (this.fresh) {
      this.node.classList.add("fresh");
      setTimeout(() => this.node.classList.remove("fresh"), 2000);
    }
  }

  update(entry, state, { timed = true } = {}) {
    const { row, urgency } = entry;
    const selected = row.number === state.selected;
    const unseen = state.live.notices.has(row.number);
    const classes = `row ${urgency.state}${selected ? " selected" : ""}${unseen ? " unseen" : ""}${this.node.classList.contains("fresh") ? " fresh" : ""}`;
    if (this.node.className !== classes) this.node.className = classes;
    if (String(selected) !== this.node.getAttribute("aria-current")) this.node.setAttribute("aria-current", selected);
    this.unseen.hidden = !unseen;
    if (timed) setText(this.timer, urgency.text);
    if (this.version === row.version && this.state === urgency.state) return;
    this.version = row.version;
    this.state = urgency.state;
    setPriority(this.symbol, row.priority, urgency.state);
    setText(this.title, title(row, state));
    const calm = urgency.state === "calm";
    this.chip.hidden = calm;
    this.chip.className = `chip ${urgency.state}`;
    setText(this.chip, calm ? "" : STATE_TEXT[urgency.state]);
    const asked = row.reinforcement ? gettext("Reinforce") : row.offered_to ? gettext("Hand-over") : "";
    this.asked.hidden = !asked;
    setText(this.asked, asked);
    const outside = row.outside ? gettext("outside the district") : "";
    setText(this.place, [state.category(row).group_label, state.station(row) || outside, row.address].filter(Boolean).join(" · "));
    setText(this.who, awaited(entry));
    this.node.title = `${PRIORITY_TEXT[row.priority]} · ${state.category(row).label} · ${row.summary}`;
  }

  ended() {
    this.node.classList.add("ended");
    setText(this.timer, gettext("ended"));
  }
}
