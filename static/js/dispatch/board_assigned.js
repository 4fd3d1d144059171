/* Who is on it, and their next step by radio: the dispatcher reports what the crew says.
 * mountAssigned(root, state, acts) → {show(entry, events, ended)}; what has ended shows who was on it last, and takes no step */

import { el, put } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { metres } from "../lib/geo.js";
import { unitSymbol } from "../lib/symbols.js";
import { ago, distance, stamp } from "../lib/time.js";
import { STEP_TEXT } from "../lib/urgency.js";
import { STALE_MS, positionAge } from "./unit_age.js";

const NEXT = {
  dispatched: ["accept", gettext("Accepts")],
  accepted: ["depart", gettext("Sets out")],
  en_route: ["arrive", gettext("On scene")],
  on_scene: ["report", gettext("Reports back")],
};

export function mountAssigned(root, state, acts) {
  let drawn = "";

  function show({ row }, events, ended) {
    const version = `${row.number}:${row.version}:${events.length}:${ended}:`;
    const mark = version + Math.floor(state.live.now() / 5000); // distances and ages, every five seconds
    if (mark === drawn || (root.contains(document.activeElement) && drawn.startsWith(version))) return;
    drawn = mark;
    root.hidden = row.assignments.length === 0;
    put(
      root,
      el("h3", {}, `${gettext("Assigned")} `, el("span.note", {}, String(row.assignments.length))),
      el("ul.assigned", {}, row.assignments.map((order) => line(order, row, farFrom(order, events), state.config.may.step && !ended))),
    );
  }

  /** How far away the unit was when it said "on scene", where that was noted. */
  const farFrom = (order, events) =>
    events.find(({ code, data }) => code === "unit.far_from_scene" && data.assignment === order.id)?.data.kilometres;

  function line(order, row, far, may) {
    const unit = state.live.units.get(order.unit);
    const age = unit ? positionAge(unit, state.live.now()) : NaN;
    const facts = [
      `${STEP_TEXT[order.step]} ${stamp(order.at)}`,
      unit?.lat != null && row.lat !== null && order.step !== "on_scene" && distance(metres(row, unit)),
      age > STALE_MS && ago(age),
    ].filter(Boolean);
    const [verb, text] = NEXT[order.step] ?? [];
    return el(
      "li",
      {},
      unit ? unitSymbol(unit.kind, unit.status, age > STALE_MS, 18) : el("span"),
      el("span.assigned-name", {}, el("b", {}, order.label), el("span.second", {}, ...facts.flatMap((fact, index) => [index ? " · " : " ", el("span.whole", {}, fact)])), far && el("b.far", {}, fill(gettext("was %(n)s km away"), { n: far }))),
      may &&
        el(
          "span.assigned-acts",
          {},
          verb && el("button.button.small", { type: "button", onclick: () => acts.step(row, order, verb) }, text),
          el("button.button.small", { type: "button", onclick: () => acts.recall(row, order), title: gettext("Recall, with a reason") }, gettext("Recall")),
        ),
    );
  }

  return { show };
}
