/* An escalation policy as a picture: a lane per stage, its steps on a line of time; the number in a mark is the level told.
 * picture({steps: [[stage, seconds, level]…], followUp, repeat}, {stages: [[code, text]…], levels: {level: text}}) → SVG element
 * duration(seconds) → "30 s", "1:30", "2 min", "1.5 h"
 * A step whose level is lower than one before it is drawn dashed: it would tell somebody who has been told. */

import { svg } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";

const WIDTH = 960;
const LEFT = 150;
const RIGHT = 140; // room for what follows the last mark
const LANE = 62;
const FOOT = 28;
const MOST = 14_400; // s: the last reminder of a report comes after four hours
const TICKS = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400];
const TOP_LEVEL = 3;

/** Time is drawn by its logarithm: the first minute needs as much room as the last hour. */
const at = (seconds) => LEFT + (Math.log(Math.min(Math.max(seconds, 5), MOST) / 5) / Math.log(MOST / 5)) * (WIDTH - LEFT - RIGHT);

export const duration = (seconds) => {
  if (seconds < 60) return fill(gettext("%(n)s s"), { n: seconds });
  if (seconds < 3600) return seconds % 60 ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : fill(gettext("%(n)s min"), { n: seconds / 60 });
  return fill(gettext("%(n)s h"), { n: +(seconds / 3600).toFixed(1) });
};

export function picture({ steps, followUp, repeat }, { stages, levels }) {
  const lanes = stages.map(([stage, text]) => ({ text, steps: steps.filter(([code]) => code === stage), repeats: repeat }));
  if (followUp) lanes.push({ text: gettext("After a take-over"), steps: [["", followUp, TOP_LEVEL]], repeats: repeat });
  const height = lanes.length * LANE + FOOT + 8;
  const box = svg("svg", { class: "policy-picture", viewBox: `0 0 ${WIDTH} ${height}`, role: "img" });
  box.append(svg("title", {}, summary(lanes, levels)));
  for (const tick of TICKS) {
    box.append(svg("line", { class: "tick", x1: at(tick), x2: at(tick), y1: 8, y2: height - FOOT }));
    box.append(svg("text", { class: "tick-text", x: at(tick), y: height - 8, "text-anchor": "middle" }, duration(tick)));
  }
  lanes.forEach((each, index) => lane(box, index * LANE + 36, each, levels));
  return box;
}

function lane(box, y, { text, steps, repeats }, levels) {
  box.append(svg("text", { class: "lane", x: 12, y: y + 5 }, text));
  const inOrder = [...steps].sort((a, b) => a[1] - b[1]);
  const end = inOrder.length ? at(inOrder.at(-1)[1]) : LEFT;
  box.append(svg("line", { class: "run", x1: LEFT, x2: end, y1: y, y2: y }));
  if (!inOrder.length) return void box.append(svg("text", { class: "none", x: LEFT, y: y + 5 }, gettext("No limit")));
  let told = 0;
  const ends = [-Infinity, -Infinity]; // where the last time above and the last one below the line end
  for (const [, seconds, level] of inOrder) {
    const x = at(seconds);
    const time = duration(seconds);
    const half = 3.6 * [...time].reduce((sum, sign) => sum + (sign > "\u2e80" ? 2 : 1.05), 0);
    const below = x - half < ends[0] && ends[1] <= ends[0];
    ends[Number(below)] = x + half + 4;
    const mark = svg("circle", { class: level < told ? "step back" : `step level${level}`, cx: x, cy: y, r: 10 });
    mark.append(svg("title", {}, `${time} → ${levels[level] ?? ""}`));
    box.append(
      mark,
      svg("text", { class: "step-number", x, y: y + 4, "text-anchor": "middle" }, String(level)),
      svg("text", { class: "step-text", x, y: below ? y + 24 : y - 14, "text-anchor": "middle" }, time),
    );
    told = Math.max(told, level);
  }
  if (!repeats) return;
  const again = svg("text", { class: "step-text", x: end + 30, y: y + 5 }, `↻ ${duration(repeats)}`);
  again.append(svg("title", {}, fill(gettext("then each %(time)s until taken over"), { time: duration(repeats) })));
  box.append(svg("line", { class: "run again", x1: end + 10, x2: end + 26, y1: y, y2: y }), again);
}

const summary = (lanes, levels) =>
  lanes
    .map(({ text, steps }) => [text, steps.map(([, seconds, level]) => `${duration(seconds)} ${levels[level]}`)])
    .filter(([, told]) => told.length)
    .map(([text, told]) => [text, told.join(gettext(", "))].join(gettext(": ")))
    .join(gettext("; "));
