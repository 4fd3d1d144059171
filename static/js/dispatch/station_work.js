/* What of the board is this organisation's work, by the rows alone.
 * ownUnit(unit, state); groupOf(entry, state) → "escalated" | "accept" | "hand" | "close" | null
 * waiting(row, state) → our order that waits to be accepted, or null; freeUnits(row, state) → own free units, nearest first */

import { metres } from "../lib/geo.js";

export const ownUnit = (unit, state) => Boolean(unit) && unit.organisation === state.config.organisation;

export const waiting = (row, state) =>
  row.assignments.find((order) => order.step === "dispatched" && ownUnit(state.live.units.get(order.unit), state)) ?? null;

export function groupOf({ row, urgency }, state) {
  if (urgency.state === "escalated" && !row.escalation.owner) return "escalated";
  if (row.stage === "unclaimed" || waiting(row, state)) return "accept";
  return row.status === "reported_back" ? "close" : "hand";
}

export function freeUnits(row, state) {
  const far = (unit) => (row.lat === null || unit.lat === null ? Infinity : metres(row, unit));
  return [...state.live.units.values()]
    .filter((unit) => ownUnit(unit, state) && unit.status === "free")
    .map((unit) => ({ unit, metres: far(unit) }))
    .sort((a, b) => a.metres - b.metres || (a.unit.call_sign < b.unit.call_sign ? -1 : 1));
}
