/* Free units, nearest first by the straight line, each with the age of its position. Keys 1 to 9 tick them.
 * mountNear(root, state) → {show(entry), at(index) → unit id | null}
 * nearest(state, row, limit) → [{unit, metres}] */

import { el, put, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { unitSymbol } from "../lib/symbols.js";
import { ago, distance, ms } from "../lib/time.js";
import { metres } from "../lib/geo.js";

export const STALE_MS = 60_000;
const SHOWN = matchMedia("(max-width: 1600px)").matches ? 3 : 4;

export function nearest(state, row, limit) {
  if (row.lat === null) return [];
  const found = [];
  for (const unit of state.live.units.values()) {
    if (unit.status !== "free" || unit.lat === null) continue;
    found.push({ unit, metres: metres(row, unit) });
  }
  return found.sort((a, b) => a.metres - b.metres).slice(0, limit);
}

export function mountNear(root, state) {
  let listed = []; // the order stays while something is ticked: a tick never slides to another unit
  let number = null;
  const known = new Map(); // unit id → its line, kept so that focus stays in it
  const heading = el("h3", {}, gettext("Nearest free units"), el("span.note", {}, gettext("distance · age of position")));
  const list = el("ul.near");
  const empty = el("p.second");
  put(root, heading, list, empty);

  function show({ row }) {
    const may = state.config.may.dispatch && row.status !== "closed";
    root.hidden = !may;
    if (!may) return;
    const fresh = nearest(state, row, SHOWN).map(({ unit }) => unit.id);
    if (row.number !== number || state.ticked.size === 0) listed = fresh;
    for (const id of state.ticked) if (!listed.includes(id)) listed.push(id);
    number = row.number;
    const now = state.live.now();
    empty.hidden = listed.length > 0;
    setText(empty, row.lat === null ? gettext("The incident has no place on the map") : gettext("No unit is free"));
    const lines = listed.map((id, index) => lineOf(id).update(state.live.units.get(id), row, index, now));
    if (lines.some((node, index) => list.children[index] !== node) || list.children.length !== lines.length) put(list, lines);
    for (const id of known.keys()) if (!listed.includes(id)) known.delete(id);
  }

  const lineOf = (id) => {
    if (!known.has(id)) known.set(id, new Line(id, state));
    return known.get(id);
  };

  return { show, at: (index) => listed[index] ?? null };
}

/** One unit to tick; built once, then only its words are written. */
class Line {
  constructor(id, state) {
    this.state = state;
    this.id = id;
    this.box = el("input", { type: "checkbox", onchange: () => state.tick(id) });
    this.digit = el("kbd");
    this.symbol = el("span.near-symbol");
    this.name = el("span");
    this.status = el("span.second");
    this.distance = el("b");
    this.age = el("span.note");
    this.node = el("li", {}, el("label", {}, this.box, this.digit, this.symbol, el("span.near-name", {}, this.name, " ", this.status), this.distance, this.age));
  }

  update(unit, row, index, now) {
    const ticked = this.state.ticked.has(this.id);
    this.box.checked = ticked;
    this.node.classList.toggle("ticked", ticked);
    setText(this.digit, String(index + 1));
    if (!unit) return this.node;
    const age = now - ms(unit.position_at);
    const stale = age > STALE_MS;
    const look = `${unit.kind}${unit.status}${stale}`;
    if (this.look !== look) put(this.symbol, unitSymbol(unit.kind, unit.status, stale, 18));
    this.look = look;
    setText(this.name, unit.call_sign);
    setText(this.status, unit.status === "free" ? gettext("free") : gettext("no longer free"));
    setText(this.distance, unit.lat === null || row.lat === null ? "—" : distance(metres(row, unit)));
    setText(this.age, Number.isFinite(age) ? ago(age) : "—");
    this.age.classList.toggle("stale-age", stale);
    return this.node;
  }
}
