/* The station's queue: escalated, to accept, in hand, to be closed; each with the one thing to do about it.
 * mountQueue(root, state, acts) → {step(±1), acceptSelected()} */

import { $, el, redraw, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { hint } from "../lib/keys.js";
import { distance } from "../lib/time.js";
import { ListRow } from "./board_row.js";
import { accept } from "./station_claim.js";
import { freeUnits, groupOf, waiting } from "./station_work.js";

const GROUPS = [
  ["escalated", gettext("Escalated"), gettext("Whoever takes it over answers for it")],
  ["accept", gettext("To accept"), gettext("Time left")],
  ["hand", gettext("In hand"), gettext("Time left")],
  ["close", gettext("To be closed"), gettext("Reported back")],
];
const SAID_MS = 12_000;

export function mountQueue(root, state, acts) {
  const list = $("[data-list]", root);
  const empty = $("[data-empty]", root);
  const line = $("[data-result]", root);
  const { may } = state.config;
  const rows = new Map();
  const headings = new Map(
    GROUPS.map(([name, text, hint]) => {
      const count = el("b");
      return [name, { count, node: el("h3.group", {}, el("span", {}, `${text} `, count), el("span.note", {}, hint)) }];
    }),
  );
  let shown = [];
  let clearing = 0;

  function say({ text, tone }) {
    line.hidden = false;
    line.className = `station-result ${tone}`;
    line.textContent = text;
    clearTimeout(clearing);
    clearing = setTimeout(() => (line.hidden = true), SAID_MS);
  }

  class Row {
    constructor(entry) {
      this.row = new ListRow(entry, state);
      this.row.node.addEventListener("click", () => state.select(entry.row.number));
      this.acts = el("div.station-acts", { hidden: true });
      this.node = el("li.station-row", { dataset: { number: entry.row.number } }, this.row.node, this.acts);
      this.mark = "";
    }

    update(entry, group) {
      this.row.update(entry, state);
      const free = group === "accept" && !waiting(entry.row, state) ? freeUnits(entry.row, state).slice(0, 8) : [];
      const mark = [group, entry.row.version, ...free.map(({ unit }) => unit.id)].join();
      if (mark === this.mark || (this.acts.contains(document.activeElement) && document.activeElement.matches("select"))) return;
      this.mark = mark;
      const parts = this.#parts(entry.row, group, free);
      this.acts.hidden = parts.length === 0;
      redraw(this.acts, parts);
    }

    #parts(row, group, free) {
      const takeOver = may.take_over && row.escalation && !row.escalation.owner;
      const parts = [];
      if (takeOver) parts.push(el("button.button", { type: "button", "data-focus": "take-over", onclick: () => this.#takeOver(row) }, gettext("Take over"), hint("take")));
      const order = waiting(row, state);
      if (order) parts.push(this.#button(row, fill(gettext("Accept for %(label)s"), { label: order.label })));
      else if (row.stage === "unclaimed" && may.claim) {
        this.select = el(
          "select",
          { "data-focus": "who", "aria-label": gettext("Who goes") },
          free.map(({ unit, metres }) => el("option", { value: unit.id }, unit.call_sign, Number.isFinite(metres) ? ` · ${distance(metres)}` : "")),
          el("option", { value: "" }, gettext("I go myself")),
        );
        parts.push(this.#button(row, gettext("Accept")), this.select);
      } else if (group === "close" && may.close) {
        parts.push(el("button.button", { type: "button", "data-focus": "close", onclick: () => (state.select(row.number), acts.primary()) }, gettext("Close")));
      }
      return parts;
    }

    #button = (row, text) =>
      el("button.button", { type: "button", dataset: { accept: row.number, focus: "accept" }, onclick: ({ currentTarget }) => this.accept(row, currentTarget) }, text);

    async accept(row, button) {
      if (this.busy) return;
      this.busy = true;
      if (button) button.disabled = true;
      try {
        say(await accept(row, state, this.select ? Number(this.select.value) || null : null));
      } finally {
        this.busy = false;
        if (button) button.disabled = false;
      }
    }

    #takeOver(row) {
      state.select(row.number);
      acts.takeOver();
    }
  }

  function draw() {
    if (!state.live.loaded) return;
    const sorted = Object.fromEntries(GROUPS.map(([name]) => [name, []]));
    for (const entry of state.entries) sorted[groupOf(entry, state)].push(entry);
    const nodes = [];
    shown = [];
    for (const [name] of GROUPS) {
      const heading = headings.get(name);
      setText(heading.count, String(sorted[name].length));
      if (sorted[name].length) nodes.push(heading.node);
      for (const entry of sorted[name]) {
        const { number } = entry.row;
        if (!rows.has(number)) rows.set(number, new Row(entry));
        const row = rows.get(number);
        row.update(entry, name);
        nodes.push(row.node);
        shown.push(number);
      }
    }
    for (const number of rows.keys()) if (!shown.includes(number)) rows.delete(number);
    arrange(nodes);
    empty.hidden = shown.length > 0;
  }

  /** Moves only what stands in another place, so that focus and hover stay where they are. */
  function arrange(nodes) {
    nodes.forEach((node, index) => {
      if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
    });
    while (list.children.length > nodes.length) list.lastElementChild.remove();
  }

  function step(by) {
    const index = shown.indexOf(state.selected);
    const number = shown[Math.min(shown.length - 1, Math.max(0, index + by))];
    if (!number) return;
    state.select(number);
    const { node } = rows.get(number).row;
    node.focus();
    node.scrollIntoView({ block: "nearest" });
  }

  for (const event of ["entries", "select"]) state.addEventListener(event, draw);
  return {
    step,
    acceptSelected() {
      const row = rows.get(state.selected);
      const button = row && $("[data-accept]", row.node);
      button?.click();
      return Boolean(button);
    },
  };
}
