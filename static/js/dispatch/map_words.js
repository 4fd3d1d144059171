/* What the map says in words.
 * tipWords(found, state) → about what lies under the hand: {number}, {group: [unit id]} or {unit: id}
 * positionsWords(live) → how old the newest position is, and how many are old; [] without any unit */

import { fill, gettext, ngettext } from "../lib/i18n.js";
import { ago } from "../lib/time.js";
import { STEP_TEXT, serial } from "../lib/urgency.js";
import { title } from "./board_row.js";
import { STALE_MS, positionAge } from "./unit_age.js";

const NAMED = 8;

export function tipWords({ number, group, unit }, state) {
  const { live } = state;
  if (number) return incidentWords(number, state);
  if (group) return groupWords(group.map((id) => live.units.get(id)?.call_sign ?? "").sort());
  return live.units.has(unit) ? unitWords(live.units.get(unit), live.now()) : "";
}

function incidentWords(number, state) {
  const entry = state.entry(number);
  return entry ? `${serial(number)} ${entry.urgency.text} ${title(entry.row, state)}` : serial(number);
}

function groupWords(names) {
  const some = names.slice(0, NAMED).join(gettext(", ")) + (names.length > NAMED ? " …" : "");
  return fill(ngettext("%(n)s free unit: %(names)s", "%(n)s free units: %(names)s", names.length), { n: names.length, names: some });
}

function unitWords(unit, now) {
  const status = { free: gettext("free"), assigned: gettext("sent"), en_route: STEP_TEXT.en_route, on_scene: STEP_TEXT.on_scene }[unit.status];
  return [unit.call_sign, status, unit.incident && serial(unit.incident), ago(positionAge(unit, now))].filter(Boolean).join(" · ");
}

export function positionsWords(live) {
  let youngest = Infinity;
  let stale = 0;
  const now = live.now();
  for (const unit of live.units.values()) {
    if (unit.status === "off_duty" || !unit.position_at) continue;
    const age = positionAge(unit, now);
    youngest = Math.min(youngest, age);
    if (age > STALE_MS) stale += 1;
  }
  if (!Number.isFinite(youngest)) return [];
  const words = [fill(gettext("positions %(age)s"), { age: ago(youngest) })];
  if (stale) words.push(fill(gettext("%(n)s not updated"), { n: stale }));
  return words;
}
