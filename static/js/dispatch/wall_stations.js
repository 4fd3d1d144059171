/* The hottest incidents and the stations' table of the wall.
 * hotRows(state) → nodes; stationTable(state) → nodes; worstOf(state) → Map(station → state of its worst incident) */

import { el } from "../lib/dom.js";
import { chinese, gettext } from "../lib/i18n.js";
import { prioritySymbol } from "../lib/symbols.js";
import { AWAITED_TEXT, STAGE_TEXT, STATE_TEXT } from "../lib/urgency.js";

const RANK = { escalated: 3, late: 2, soon: 1, calm: 0 };
const MARK = { escalated: "»", late: "!" };
const SCARCE = 1; // the last free unit of a station is worth an underline

export function hotRows(state) {
  const hot = state.entries.filter(({ urgency }) => urgency.state !== "calm").slice(0, 4);
  if (!hot.length) return [el("li.quiet", {}, el("span", {}, gettext("Nothing is late")))];
  return hot.map(({ row, urgency }) => {
    const word = urgency.state === "escalated" ? STATE_TEXT.escalated : urgency.state === "late" ? STAGE_TEXT[row.stage] : AWAITED_TEXT[row.stage];
    return el(
      "li",
      { class: urgency.state },
      prioritySymbol(row.priority, urgency.state, 54),
      el("b", {}, state.category(row).label),
      el("strong", {}, urgency.text),
      el("span", {}, [state.station(row), word].filter(Boolean).join(" · ")),
    );
  });
}

export function worstOf(state) {
  const worst = new Map();
  for (const { row, urgency } of state.entries) {
    if (RANK[urgency.state] > RANK[worst.get(row.station) ?? "calm"]) worst.set(row.station, urgency.state);
  }
  return worst;
}

function tallies(state) {
  const worst = worstOf(state);
  const open = new Map();
  const free = new Map();
  for (const { row } of state.entries) open.set(row.station, (open.get(row.station) ?? 0) + 1);
  for (const unit of state.live.units.values()) {
    if (unit.status === "free" && unit.station) free.set(unit.station, (free.get(unit.station) ?? 0) + 1);
  }
  return state.config.stations.map(({ code, label }) => ({ label, open: open.get(code) ?? 0, free: free.get(code) ?? 0, worst: worst.get(code) ?? "calm" }));
}

const tally = ({ open, worst }) => el("span.tally", { class: open ? worst : "none" }, MARK[worst] && el("i", {}, MARK[worst]), String(open));
const freeCell = (count, text = String(count)) => el("span", { class: count <= SCARCE ? "scarce" : "" }, text);

export function stationTable(state) {
  const rows = tallies(state);
  if (!chinese) {
    return [el("div.two", {}, rows.map((row) => el("div", {}, el("span", {}, row.label), tally(row), freeCell(row.free, `${row.free} ${gettext("free")}`))))];
  }
  return [
    el(
      "table",
      {},
      el("thead", {}, el("tr", {}, el("th"), rows.map(({ label }) => el("th", { scope: "col" }, label)))),
      el(
        "tbody",
        {},
        el("tr", {}, el("th", { scope: "row" }, gettext("Open")), rows.map((row) => el("td", {}, tally(row)))),
        el("tr", {}, el("th", { scope: "row" }, gettext("Free")), rows.map((row) => el("td", {}, freeCell(row.free)))),
      ),
    ),
  ];
}
