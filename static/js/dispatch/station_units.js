/* The station's forces: where each is, what it is on and since when, and its next step by radio.
 * mountUnits(root, state, acts) */

import { $, el, put, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { unitSymbol } from "../lib/symbols.js";
import { ago, ms, span, stamp } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { NEXT } from "./crew_step.js";
import { ownUnit } from "./station_work.js";
import { STALE_MS, positionAge } from "./unit_age.js";

const STATUS_TEXT = {
  off_duty: gettext("Off duty"), free: gettext("Free"), assigned: gettext("Assigned"), en_route: gettext("On the way"), on_scene: gettext("On scene"),
}; // prettier-ignore
const RANK = { assigned: 0, en_route: 0, on_scene: 0, free: 1, off_duty: 2 };

export function mountUnits(root, state, acts) {
  const body = $("tbody", root);
  const count = $("[data-free]", root);
  const lines = new Map();

  class Line {
    constructor(unit) {
      this.id = unit.id;
      this.symbol = el("td");
      this.name = el("b");
      this.who = el("span.note");
      this.status = el("td");
      this.job = el("td");
      this.age = el("td.number");
      this.does = el("td");
      this.node = el("tr", { dataset: { unit: unit.id } }, this.symbol, el("td", {}, this.name, " ", this.who), this.status, this.job, this.age, this.does);
      this.mark = "";
    }

    update(unit) {
      const now = state.live.now();
      const age = positionAge(unit, now);
      setText(this.age, Number.isNaN(age) ? "—" : ago(age));
      const row = state.live.incidents.get(unit.incident);
      const order = row?.assignments.find((one) => one.unit === unit.id);
      if (order) setText(this.since ?? el("span"), span(now - ms(order.at)));
      const selected = state.current?.row ?? null;
      const mark = [unit.version, row?.version, age > STALE_MS, selected?.number, selected?.version].join();
      if (mark === this.mark || this.node.contains(document.activeElement)) return;
      this.mark = mark;
      put(this.symbol, unitSymbol(unit.kind, unit.status, age > STALE_MS, 18));
      setText(this.name, unit.call_sign);
      setText(this.who, ownUnit(unit, state) ? "" : state.config.organisations[unit.organisation] ?? "");
      setText(this.status, STATUS_TEXT[unit.status]);
      this.since = order ? el("span.note", { title: stamp(order.at) }, span(now - ms(order.at))) : null;
      put(this.job, row && el("button.plain.station-job", { type: "button", onclick: () => state.select(row.number) }, el("b", {}, serial(row.number)), ` ${row.summary}`), this.since);
      put(this.does, this.#does(unit, row, order, selected));
    }

    #does(unit, row, order, selected) {
      const { may } = state.config;
      const button = (text, onclick) => el("button.button.small", { type: "button", onclick }, text);
      if (order && may.step && ownUnit(unit, state)) {
        const next = NEXT[order.step];
        return next && button(next.text, () => (state.select(row.number), acts.step(row, order, next.verb)));
      }
      if (may.dispatch && unit.status === "free" && selected) {
        return button(`${gettext("Send to")} ${serial(selected.number)}`, () => acts.sendTo(selected, [unit.id]));
      }
      return null;
    }
  }

  function draw() {
    const units = [...state.live.units.values()].sort(
      (a, b) => ownUnit(b, state) - ownUnit(a, state) || RANK[a.status] - RANK[b.status] || (a.call_sign < b.call_sign ? -1 : 1),
    );
    for (const unit of units) {
      if (!lines.has(unit.id)) lines.set(unit.id, new Line(unit));
      lines.get(unit.id).update(unit);
    }
    const present = new Set(units.map(({ id }) => id));
    for (const id of lines.keys()) if (!present.has(id)) lines.delete(id);
    const nodes = units.map(({ id }) => lines.get(id).node);
    if (!body.contains(document.activeElement) && (nodes.length !== body.children.length || nodes.some((node, index) => node !== body.children[index]))) put(body, nodes);
    const duty = units.filter(({ status }) => status !== "off_duty");
    setText(count, `${duty.filter(({ status }) => status === "free").length} / ${duty.length}`);
  }

  for (const event of ["entries", "select"]) state.addEventListener(event, draw);
}
