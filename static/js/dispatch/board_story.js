/* Words of the right column that follow from a row and its story: head, timer band, steps.
 * whoParts(entry, story, state) → nodes; bandParts(entry, state) → {timer, lines[3], next}; stepParts(entry, story) → nodes */

import { el } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { hint } from "../lib/keys.js";
import { prioritySymbol } from "../lib/symbols.js";
import { ms, span, stamp } from "../lib/time.js";
import { LEVEL_TEXT, PRIORITY_TEXT, STAGE_TEXT, serial } from "../lib/urgency.js";
import { title } from "./board_row.js";

const dot = (words) => words.filter(Boolean).join(" · ");

export function whoParts({ row, urgency }, story, state) {
  const category = state.category(row);
  const grid = row.grid ? fill(gettext("grid %(code)s"), { code: row.grid }) : "";
  const outside = row.outside ? gettext("outside the district") : "";
  const caller = story && dot([story.caller.name, story.caller.phone]);
  return [
    el(
      "p.who-line",
      {},
      prioritySymbol(row.priority, urgency.state, 24),
      el("b", { title: row.number }, serial(row.number)),
      el("span.second", {}, dot([PRIORITY_TEXT[row.priority], category.group_label, category.label])),
      el("span.second.end", {}, fill(gettext("Received %(time)s"), { time: stamp(row.reported_at) })),
    ),
    el("h1", {}, title(row, state)),
    el("p.where", {}, row.address || gettext("No address"), el("span.second", {}, ` · ${dot([state.station(row), grid, outside])}`)),
    caller
      ? el(
          "p.second.caller",
          {},
          `${gettext("Caller")} ${caller} `,
          story.can.reveal && el("button.plain", { type: "button", dataset: { act: "reveal" } }, hint("reveal"), ` ${gettext("Reveal needs a reason and is logged")}`),
        )
      : story && el("p.second.caller", {}, gettext("No caller given")),
  ];
}

export function bandParts({ row, urgency }, state) {
  const { escalation } = row;
  const now = state.live.now();
  const stage = STAGE_TEXT[row.stage] ?? "";
  const none = { timer: urgency.text || "—", lines: [stage, gettext("No limit is set"), ""], next: "" };
  if (urgency.state === "escalated") {
    const mine = escalation.owner_username === state.config.user.username;
    const who = escalation.owner
      ? fill(mine ? gettext("Taken over by %(name)s (you)") : gettext("Taken over by %(name)s"), { name: escalation.owner })
      : fill(gettext("Level %(n)s · %(level)s"), { n: escalation.level, level: LEVEL_TEXT[escalation.level] });
    const put = escalation.snoozed_until && ms(escalation.snoozed_until) > now;
    const next = put ? fill(gettext("Put off until %(time)s"), { time: stamp(escalation.snoozed_until) }) : escalation.next_level ? fill(gettext("Else to %(level)s"), { level: LEVEL_TEXT[escalation.next_level] }) : "";
    const left = ms(escalation.next_at) - now;
    return {
      timer: urgency.text,
      lines: [fill(gettext("%(stage)s, escalated"), { stage }), who, next],
      next: next && Number.isFinite(left) ? fill(gettext("in %(time)s"), { time: span(Math.max(0, left)) }) : "",
    };
  }
  if (urgency.left === null) return none;
  const limit = fill(gettext("Limit %(time)s, ends %(at)s"), { time: limitText(row), at: stamp(row.limit_at) });
  return {
    timer: urgency.text,
    lines: [stage, limit, urgency.state === "late" ? gettext("Escalates next") : ""],
    next: "",
  };
}

function limitText(row) {
  const total = Math.round((ms(row.limit_at) - ms(row.stage_since)) / 1000);
  return total < 120 ? fill(gettext("%(n)s s"), { n: total }) : fill(gettext("%(n)s min"), { n: Math.round(total / 60) });
}

const STEPS = [
  ["reported_at", gettext("Intake")],
  ["dispatched_at", gettext("Dispatch")],
  ["accepted_at", gettext("Accept")],
  ["departed_at", gettext("Set out")],
  ["arrived_at", gettext("Arrive")],
  ["reported_back_at", gettext("Report")],
];
const AWAITED_STEP = { unclaimed: 2, not_departed: 3, not_arrived: 4, not_reported: 5 };
const DONE_BY_STATUS = { reported: 0, dispatched: 1, accepted: 2, en_route: 3, on_scene: 4, reported_back: 5 };

/** A step is done up to where the incident is; a time is shown only where one was stamped. */
export function stepParts({ row, urgency }, story) {
  const reached = DONE_BY_STATUS[row.status] ?? 5;
  const awaited = AWAITED_STEP[row.stage];
  const now = row.status === "reported" && awaited === 2 ? 1 : awaited;
  return STEPS.map(([field, text], index) => {
    const at = index === 0 ? row.reported_at : story?.times[field];
    const isNow = index === now;
    const classes = [index <= reached && "done", isNow && `now ${urgency.state}`].filter(Boolean).join(" ");
    const below = isNow && row.limit_at ? fill(gettext("≤ %(time)s"), { time: limitText(row) }) : at && index <= reached ? stamp(at) : "—";
    return el("li", { class: classes, "aria-current": isNow ? "step" : null }, el("i"), el("span", {}, text), el("small", {}, below));
  });
}
