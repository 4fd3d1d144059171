/* How late a row of the board is. Recomputed by the browser each second against the server's clock.
 * urgency(row, now) → {state: "escalated"|"late"|"soon"|"calm", left: ms, negative when over; null without a limit, text}
 *   soon is the last quarter of the limit; escalated is a matter handed to a higher level and not yet moved on
 * compare(a, b) — order of the queue over {row, urgency}: escalated, late, soon, calm; then priority; then longest
 *   overdue or least left; then the number
 * serial(number) → "0147", as spoken on the radio
 * STAGE_TEXT[stage], AWAITED_TEXT[stage], LEVEL_TEXT[level], PRIORITY_TEXT[priority], STATE_TEXT[state], STEP_TEXT[step] → text */

import { gettext } from "./i18n.js";
import { onceEach } from "./memo.js";
import { ms, span } from "./time.js";

const RANK = { escalated: 0, late: 1, soon: 2, calm: 3 };

export const STAGE_TEXT = {
  unclaimed: gettext("Not accepted"),
  not_departed: gettext("Not set out"),
  not_arrived: gettext("Not on scene"),
  not_reported: gettext("Not reported back"),
};
export const AWAITED_TEXT = {
  unclaimed: gettext("to accept"),
  not_departed: gettext("to set out"),
  not_arrived: gettext("to arrive"),
  not_reported: gettext("to report back"),
};
export const LEVEL_TEXT = {
  1: gettext("Station duty commander"),
  2: gettext("Command centre"),
  3: gettext("Watch commander"),
};
export const PRIORITY_TEXT = {
  1: gettext("Priority 1"),
  2: gettext("Priority 2"),
  3: gettext("Priority 3"),
  4: gettext("Priority 4"),
};
export const STATE_TEXT = {
  soon: gettext("Soon"),
  late: gettext("Overdue"),
  escalated: gettext("Escalated"),
  calm: gettext("In time"),
};
export const STEP_TEXT = {
  dispatched: gettext("not accepted"),
  accepted: gettext("accepted"),
  en_route: gettext("on the way"),
  on_scene: gettext("on scene"),
  reported: gettext("reported back"),
  released: gettext("released"),
};

const limitOf = onceEach(({ limit_at, stage_since }) => {
  const limit = ms(limit_at); // 500 incidents are asked each second
  return { limit, quarter: (limit - ms(stage_since)) / 4 };
});

export function urgency(row, now) {
  const { limit, quarter } = limitOf(row);
  const left = Number.isNaN(limit) ? null : limit - now;
  let state = "calm";
  if (row.escalation) state = "escalated";
  else if (left !== null && left <= 0) state = "late";
  else if (left !== null && left <= quarter) state = "soon";
  const text = left === null ? "" : left <= 0 ? `+${span(left)}` : span(left);
  return { state, left, text };
}

export function compare(a, b) {
  return (
    RANK[a.urgency.state] - RANK[b.urgency.state] ||
    a.row.priority - b.row.priority ||
    (a.urgency.left ?? Infinity) - (b.urgency.left ?? Infinity) || // Infinity − Infinity is NaN, which is falsy: next rule
    (a.row.number < b.row.number ? -1 : 1)
  );
}

export const serial = (number) => number.slice(14);
