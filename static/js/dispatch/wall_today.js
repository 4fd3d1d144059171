/* Today's intake beside the same weekday of the last weeks, and two measures. What was not recorded is said, not drawn.
 * mountToday(root, url) — asks each minute */

import { $, el, put, setText, svg } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";

const EACH_MS = 60_000;
const STALE_MS = 150_000; // two askings missed
const [WIDTH, HEIGHT] = [496, 270];
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 486, 20, 218];

export function mountToday(root, url) {
  const panel = $(".wall-right", root);
  let readAt = performance.now();

  const show = async () => {
    let figures;
    try {
      figures = await get(url);
    } catch {
      panel.classList.toggle("unproven", performance.now() - readAt > STALE_MS);
      return; // the last figures stay, grey
    }
    readAt = performance.now();
    panel.classList.remove("unproven");
    setText($("[data-received]", root), String(figures.received));
    const { earlier, accepted, arrival } = figures;
    setText($("[data-mean]", root), earlier ? fill(gettext("usual %(n)s"), { n: earlier.mean_received }) : gettext("no history"));
    $("[data-band-key]", root).hidden = !earlier;
    if (earlier) setText($("[data-band-text]", root), fill(ngettext("last %(n)s same weekday", "last %(n)s same weekdays", earlier.days), { n: earlier.days }));
    curve($("[data-curve]", root), figures);
    showAccepted(accepted);
    showArrival(arrival);
  };

  function showAccepted(accepted) {
    const value = $("[data-accepted]", root);
    const note = $("[data-accepted-note]", root);
    if (!accepted) {
      setText(value, "–");
      return setText(note, gettext("no orders yet"));
    }
    put(value, (accepted.share * 100).toFixed(1), el("small", {}, "%"));
    const target = Math.round(accepted.target * 100);
    setText(note, fill(accepted.share < accepted.target ? gettext("below target %(n)s%") : gettext("target %(n)s%"), { n: target }));
  }

  function showArrival(arrival) {
    setText($("[data-arrival]", root), arrival ? minutes(arrival.median_seconds) : "–");
    const before = arrival?.week_ago_seconds;
    const words = !arrival ? gettext("no arrivals yet") : before === null ? gettext("no history") : fill(gettext("last week %(time)s"), { time: minutes(before) });
    setText($("[data-arrival-note]", root), words);
  }

  show();
  setInterval(show, EACH_MS);
}

const minutes = (total) => `${Math.floor(total / 60)}:${String(Math.floor(total % 60)).padStart(2, "0")}`;

/** The hours so far as a line, the last weeks as a band from their lowest to their highest. Bars begin at zero. */
function curve(box, { hours, earlier }) {
  const known = hours.filter((count) => count !== null);
  const highest = Math.max(4, ...known, ...(earlier?.high ?? []));
  const top = Math.ceil(highest / 4) * 4;
  const x = (hour) => LEFT + (hour / 23) * (RIGHT - LEFT);
  const y = (count) => BOTTOM - (count / top) * (BOTTOM - TOP);
  const points = (counts) => counts.map((count, hour) => `${x(hour).toFixed(1)},${y(count).toFixed(1)}`);
  box.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  box.setAttribute("aria-label", fill(gettext("Received per hour today: %(counts)s"), { counts: known.join(gettext(", ")) }));
  const parts = [];
  for (const count of [0, top / 2, top]) {
    parts.push(svg("line", { class: "curve-grid", x1: LEFT, x2: RIGHT, y1: y(count), y2: y(count) }));
    parts.push(svg("text", { x: LEFT - 12, y: y(count) + 11, "text-anchor": "end" }, count));
  }
  for (const hour of [0, 6, 12, 18]) parts.push(svg("text", { x: x(hour), y: HEIGHT - 14, "text-anchor": hour ? "middle" : "start" }, hour || gettext("0 h")));
  if (earlier) parts.push(svg("polygon", { class: "curve-band", points: [...points(earlier.high), ...points(earlier.low).reverse()].join(" ") }));
  // the hour that runs is not over: its count so far is a dashed end, no fall
  parts.push(svg("polyline", { class: "curve-now", points: points(known.slice(0, -1)).join(" ") }));
  parts.push(svg("polyline", { class: "curve-now running", points: points(known).slice(-2).join(" ") }));
  parts.push(svg("circle", { class: "curve-end", cx: x(known.length - 1), cy: y(known.at(-1)), r: 9 }));
  box.replaceChildren(...parts);
}
