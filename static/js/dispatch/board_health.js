/* The parts behind the screen, each with its last proof and what its silence means for whoever sits here. Key I, or a
 * click on the header's connection.
 * mountHealth(root, state) → {toggle()} */

import { $, el, redraw } from "../lib/dom.js";
import { fill, gettext, ngettext, pgettext } from "../lib/i18n.js";
import { ago, seconds, span } from "../lib/time.js";

const EACH_MS = 1000;
const OVERDUE_S = 10; // LESSONS: a stopped sweeper is visible within 10 s
export const COURIER_LATE_S = 40; // longer than a courier's lease: it has stopped

export function mountHealth(root, state) {
  const { live, config } = state;
  const box = $("[data-health]");
  let heardAt = performance.now();
  let drawn = "";
  live.addEventListener("health", () => (heardAt = performance.now()));

  function rows() {
    const { redis, database = true, timers = {}, deliveries = {}, parts = {} } = live.health ?? {};
    const since = (performance.now() - heardAt) / 1000; // what is known is as old as the last heartbeat
    const proof = (part) => (part?.seconds_ago == null ? gettext("never") : ago((part.seconds_ago + since) * 1000));
    const works = gettext("works");
    const silent = gettext("silent");
    const { web, beat, worker, courier } = parts;
    const overdue = timers.oldest_overdue_seconds ?? 0;
    const late = overdue > OVERDUE_S;
    const swept = timers.swept_seconds_ago;
    const waits = (deliveries.waiting_seconds ?? 0) > COURIER_LATE_S;
    const stopped = swept == null ? gettext("Timers stopped. Escalation is manual") : fill(gettext("Timers stopped %(time)s. Escalation is manual"), { time: span(Math.max(swept, overdue) * 1000) });
    return [
      [gettext("This screen"), live.mode === "live" || live.mode === "recovered", live.mode === "live" || live.mode === "recovered" ? works : gettext("not connected"), fill(gettext("%(n)s s ago"), { n: seconds(live.age()) }), gettext("Shows what the server holds"), gettext("Shows the past. Use the radio")],
      [gettext("Database"), database, database ? works : silent, ago(since * 1000), gettext("Everything is kept"), gettext("Nothing can be filed or sent; keep notes on paper")],
      [gettext("Web processes"), Boolean(web?.ok), web?.ok ? fill(ngettext("%(n)s works", "%(n)s work", web.processes), { n: web.processes }) + (web.silent ? ` · ${fill(gettext("%(n)s silent"), { n: web.silent })}` : "") : silent, proof(web), gettext("Pages, intake and dispatch"), gettext("Pages may be slow or fail; what you typed stays")],
      [gettext("Live updates (Redis)"), redis !== false, redis !== false ? works : silent, ago(since * 1000), gettext("Changes show at once"), gettext("Changes show within 5 s; orders still go out")],
      [gettext("Clock (beat)"), Boolean(beat?.ok), beat?.ok ? works : silent, proof(beat), gettext("Asks for due timers twice a second"), stopped],
      [gettext("Timers (worker)"), Boolean(worker?.ok), worker?.ok ? works : beat?.ok ? silent : gettext("not asked"), proof(worker), gettext("Escalations go out by themselves"), stopped],
      [gettext("Most overdue timer"), !late, late ? fill(gettext("%(time)s late"), { time: span(overdue * 1000) }) : gettext("none is late"), ago(since * 1000), gettext("Every limit is watched"), gettext("That escalation has not gone out; look at the oldest incident")],
      [gettext("Messages (courier)"), Boolean(courier?.ok) && !waits, courier?.ok ? (waits ? fill(gettext("waits %(time)s"), { time: span(deliveries.waiting_seconds * 1000) }) : works) : silent, proof(courier), gettext("Reaches people away from the screen"), gettext("E-mail, browser and SMS stand still; call by phone")],
      [gettext("Not reached in the last hour"), !deliveries.failed, String(deliveries.failed ?? "–"), ago(since * 1000), gettext("Everybody was reached"), todo()],
    ]; // prettier-ignore
  }

  const todo = () => (config.urls.deliveries ? el("a", { "data-focus": "deliveries", href: config.urls.deliveries }, gettext("See whom, send again or another way")) : gettext("The watch commander can send again"));

  function show() {
    if (!box.matches(":popover-open")) return void (drawn = "");
    const lines = rows();
    const key = lines.map((line) => line.slice(1, 4).join()).join("|");
    if (key === drawn) return;
    drawn = key;
    redraw(
      box,
      el("h2", {}, gettext("State of each part"), el("button.button.small", { type: "button", "data-focus": "close", onclick: () => box.hidePopover() }, pgettext("window", "Close"), el("kbd", {}, "Esc"))),
      el(
        "table",
        {},
        el("thead", {}, el("tr", {}, [gettext("Part"), gettext("State"), gettext("Last proof"), gettext("What it means")].map((text) => el("th", { scope: "col" }, text)))),
        el("tbody", {}, lines.map(([part, ok, words, proven, good, bad]) => el(`tr${ok ? "" : ".broken"}`, {}, el("th", { scope: "row" }, part), el("td", {}, words), el("td", {}, proven), el("td", {}, ok ? good : bad)))),
      ),
    ); // prettier-ignore
  }

  box.addEventListener("toggle", show);
  setInterval(show, EACH_MS);
  return { toggle: () => box.togglePopover() };
}
