/* The header's facts and the bar over a screen that stands still.
 * mountHead(root, state) → {health} — reads the live client ten times a second for the age, the rest each second */

import { $, $$, el, put, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { date, seconds, span, stamp } from "../lib/time.js";
import { STAGE_TEXT, serial } from "../lib/urgency.js";
import { COURIER_LATE_S, mountHealth } from "./board_health.js";

const TIMERS_LATE_S = 10; // LESSONS: a stopped sweeper is visible within 10 s

export function mountHead(root, state) {
  const { live } = state;
  const connection = $("[data-connection]");
  const age = $("[data-age]");
  const bar = $("[data-line-bar]", root);
  const worst = $("[data-worst]");
  let worstNumber = null;
  let frozenAt = null;

  function showAge() {
    setText($("[data-clock]"), stamp(live.now()));
    const words = {
      loading: () => gettext("Connecting"),
      live: () => fill(gettext("Live · %(n)s s ago"), { n: seconds(live.age()) }),
      recovered: () => fill(gettext("Live · %(n)s s ago"), { n: seconds(live.age()) }),
      late: () => fill(gettext("Data %(n)s s old, reconnecting"), { n: Math.floor(live.age() / 1000) }),
      stale: () => fill(gettext("Frozen for %(n)s"), { n: span(live.age()) }),
      ended: () => gettext("Signed out"),
    };
    setText(age, words[live.mode]());
    if (live.mode === "ended") bar.hidden = false;
  }

  function showMode({ detail: { mode, made } }) {
    connection.className = `fact connection ${mode}`;
    root.classList.toggle("stale", mode === "stale" || mode === "ended");
    bar.className = `line-bar ${mode === "ended" ? "stale" : mode}`;
    bar.hidden = !["stale", "recovered", "ended"].includes(mode);
    if (mode === "stale") {
      frozenAt = live.now() - live.age();
      put(bar, fill(gettext("Display frozen at %(time)s. Use radio"), { time: stamp(frozenAt) }));
    } else if (mode === "recovered") {
      put(bar, fill(ngettext("Back. %(n)s update added", "Back. %(n)s updates added", made), { n: made }));
    } else if (mode === "ended") {
      const link = el("a", { href: `${state.config.urls.login}?next=${encodeURIComponent(location.pathname)}` }, gettext("Sign in again"));
      put(bar, fill(gettext("Your session has ended. The display stands at %(time)s. "), { time: stamp(live.now() - live.age()) }), link);
    }
  }

  function showCounts() {
    if (!live.loaded) return;
    const counts = { open: state.entries.length, unclaimed: 0, late: 0, escalated: 0 };
    let oldest = null;
    for (const entry of state.entries) {
      if (entry.row.stage === "unclaimed") counts.unclaimed += 1;
      if (entry.urgency.state in counts) counts[entry.urgency.state] += 1;
      if (entry.urgency.left !== null && entry.urgency.left < (oldest?.urgency.left ?? 0)) oldest = entry;
    }
    let free = 0;
    let onDuty = 0;
    for (const unit of live.units.values()) {
      if (unit.status !== "off_duty") onDuty += 1;
      if (unit.status === "free") free += 1;
    }
    counts.free = `${free} / ${onDuty}`;
    for (const node of $$("[data-count]")) {
      const name = node.dataset.count;
      setText(node, String(counts[name]));
      node.classList.toggle(name, (name === "late" || name === "escalated") && counts[name] > 0);
    }
    worst.hidden = !oldest;
    worstNumber = oldest?.row.number ?? null;
    if (oldest) {
      const { row, urgency } = oldest;
      const stage = STAGE_TEXT[row.stage] ?? "";
      setText(worst.firstElementChild, fill(gettext("Longest overdue · %(number)s %(stage)s"), { number: serial(row.number), stage }));
      setText(worst.lastElementChild, urgency.text.replace("+", ""));
    }
    setText($("[data-date]"), date(live.now()));
    showHealth();
    const hot = counts.late + counts.escalated;
    const title = document.title.replace(/^\(\d+\) /, "");
    const wanted = hot ? `(${hot}) ${title}` : title;
    if (document.title !== wanted) document.title = wanted;
  }

  function showHealth() {
    const timers = $("[data-timers]");
    const degraded = $("[data-degraded]");
    const { timers: clock = {}, redis = true, worker = true, parts = {} } = live.health ?? {};
    // null: never swept; the longest of the two says how long nobody was told of anything
    const swept = clock.swept_seconds_ago ?? (live.health ? Infinity : 0);
    const overdue = clock.oldest_overdue_seconds ?? 0;
    const stopped = swept > TIMERS_LATE_S || overdue > TIMERS_LATE_S;
    timers.hidden = !stopped;
    if (stopped) {
      const since = Number.isFinite(swept) && swept > TIMERS_LATE_S ? swept : overdue;
      setText(timers.firstElementChild, fill(gettext("Timers stopped %(time)s"), { time: since ? span(since * 1000) : "—" }));
      setText(timers.lastElementChild, gettext("Escalation is manual"));
      timers.title = parts.beat?.ok === false ? gettext("Nobody asks for timers: beat is silent (I)") : gettext("Timers are asked for, no worker answers (I)");
    }
    const silent = parts.courier?.ok === false && parts.courier.seconds_ago !== null;
    const words = !redis
      ? gettext("Updates every 5 s")
      : !worker && !stopped
        ? gettext("Background work stopped")
        : undelivered(live.health?.deliveries) || (silent ? gettext("Messages stand still") : "");
    degraded.hidden = !words;
    setText(degraded.firstElementChild, gettext("Degraded"));
    setText(degraded.lastElementChild, words);
  }

  function undelivered({ waiting_seconds: waiting = 0, failed = 0 } = {}) {
    if (waiting > COURIER_LATE_S) return fill(gettext("Messages wait %(time)s"), { time: span(waiting * 1000) });
    return failed ? fill(ngettext("%(n)s message failed", "%(n)s messages failed", failed), { n: failed }) : "";
  }

  worst.addEventListener("click", () => worstNumber && state.select(worstNumber));
  live.addEventListener("state", showMode);
  live.addEventListener("health", showHealth);
  state.addEventListener("entries", showCounts);
  setInterval(showAge, 100);
  return { health: mountHealth(root, state) };
}
