/* The legend: what shape, ink, colour and fill mean.
 * legendNodes() → nodes */

import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { prioritySymbol, unitSymbol } from "../lib/symbols.js";
import { PRIORITY_TEXT, STATE_TEXT } from "../lib/urgency.js";

const pair = (symbol, text) => el("span.legend-pair", {}, symbol, text);

export const legendNodes = () => [
  el("p.second", {}, gettext("Ink says how grave, colour says how late")),
  el("p", {}, [1, 2, 3, 4].map((priority) => pair(prioritySymbol(priority, "calm", 18), PRIORITY_TEXT[priority]))),
  el("p", {}, ["soon", "late", "escalated"].map((state) => el(`span.chip.${state}`, {}, STATE_TEXT[state])), el("span.second", {}, gettext("ink: in time"))),
  el("p", {}, pair(unitSymbol("car", "free"), gettext("free")), pair(unitSymbol("car", "en_route"), gettext("on the way")), pair(unitSymbol("car", "on_scene"), gettext("on scene"))),
  el(
    "p",
    {},
    pair(unitSymbol("car", "free"), gettext("car")),
    pair(unitSymbol("foot", "free"), gettext("on foot")),
    pair(unitSymbol("guard", "free"), gettext("guards")),
    pair(unitSymbol("rescue", "free"), gettext("rescue")),
  ),
  el("p", {}, pair(unitSymbol("car", "free", true), gettext("position older than 60 s"))),
];
