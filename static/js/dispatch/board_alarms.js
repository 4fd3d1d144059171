/* Sounds, notices and their limits, within what the person chose (lib/preference.js). Three sounds: a new incident, a stage that ran late (once), an escalation to me
 * (again each 30 s until A). In a flood, more than 10 alarms in 10 min, sounds join into one each 15 s; escalations never.
 * mountAlarms(root, state) → {acknowledge(), silence(), describe() → text of the foot} */

import { $, setText } from "../lib/dom.js";
import { HttpError, post } from "../lib/http.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { audible, noticed } from "../lib/preference.js";
import { mute, mutedLeft, play, ready } from "../lib/sound.js";
import { span } from "../lib/time.js";
import { LEVEL_TEXT, STAGE_TEXT, serial } from "../lib/urgency.js";
import { urls } from "./board_api.js";

const REPEAT_MS = 30_000;
const WINDOW_MS = 600_000;
const FLOOD = 10;
const JOINED_MS = 15_000;
const SAME_CAUSE_MS = 60_000;

export function mountAlarms(root, state) {
  const { live, config } = state;
  const alertLine = $("[data-alert]", root);
  const flood = $("[data-flood]", root);
  const muted = $("[data-muted]");
  const lateKnown = new Set(); // number + generation of the stage that has already sounded
  const causes = new Map(); // cause → when it last sounded
  let alarms = []; // times of the last ten minutes
  let lastJoined = -Infinity;
  let lastEscalated = -Infinity;
  let seeded = false;

  function raise(kind, cause, priority) {
    const now = performance.now();
    if (now - (causes.get(cause) ?? -Infinity) < SAME_CAUSE_MS) return;
    causes.set(cause, now);
    alarms = [...alarms.filter((at) => now - at < WINDOW_MS), now];
    if (!audible(kind, priority)) return;
    if (kind === "escalated") {
      lastEscalated = now;
      play("escalated");
    } else if (alarms.length <= FLOOD) play(kind);
    else if (now - lastJoined > JOINED_MS) {
      lastJoined = now;
      play(kind);
    }
  }

  function tell(row, stage, kind) {
    if (!document.hidden || !noticed(kind, row.priority) || globalThis.Notification?.permission !== "granted") return;
    const text = [state.category(row).label, state.station(row), stage].filter(Boolean).join(" · ");
    new Notification(`${serial(row.number)} ${text}`, { tag: row.number, silent: true });
  }

  /** The server hears that this screen shows it. A lost answer is no matter: the next opening says it again. */
  async function confirmShown(number) {
    try {
      await post(urls.shown(number));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
    }
  }

  function escalatedToMe(row, level) {
    confirmShown(row.number);
    live.notices.add(row.number);
    raise("escalated", `${row.number}:${level}`);
    setText(alertLine, fill(gettext("%(number)s escalated to %(level)s: %(summary)s"), { number: serial(row.number), level: LEVEL_TEXT[level], summary: row.summary }));
    tell(row, gettext("Escalated"), "escalated");
  }

  live.addEventListener("escalation", ({ detail }) => {
    const row = live.incidents.get(detail.number) ?? { number: detail.number, summary: "", category: "" };
    if (detail.state === "raised") {
      if (detail.recipients.includes(config.user.username)) escalatedToMe(row, detail.level);
    } else live.notices.delete(detail.number); // somebody answered: the others fall silent at once
    state.refresh();
  });

  live.addEventListener("event", ({ detail }) => {
    if (detail.event === "incident.filed" && !live.incidents.has(detail.number)) {
      raise("order", `filed:${detail.number}`, detail.priority);
      tell(detail, gettext("new"), "order");
    }
    if (detail.event === "reinforcement.asked" && config.may.dispatch) {
      raise("late", `asked:${detail.number}:${detail.version}`, detail.priority);
      tell(detail, gettext("reinforcement"), "late");
    }
    if (detail.event === "handover.offered" && detail.offered_to === config.organisation) {
      raise("order", `offered:${detail.number}:${detail.version}`, detail.priority);
      tell(detail, gettext("hand-over"), "order");
    }
    if (detail.escalation === null || detail.escalation?.owner) live.notices.delete(detail.number);
  });

  function eachSecond() {
    for (const { row, urgency } of state.entries) {
      if (urgency.state !== "late" && urgency.state !== "escalated") continue;
      const key = `${row.number}:${row.stage_since}`;
      if (lateKnown.has(key)) continue;
      lateKnown.add(key);
      if (seeded && urgency.state === "late") {
        raise("late", `late:${key}`, row.priority);
        tell(row, STAGE_TEXT[row.stage], "late");
      }
    }
    if (live.loaded && !seeded) {
      seeded = true;
      if (live.notices.size) raise("escalated", "unseen at opening");
      for (const number of live.notices) confirmShown(number);
    }
    const now = performance.now();
    alarms = alarms.filter((at) => now - at < WINDOW_MS);
    if (live.notices.size && now - lastEscalated > REPEAT_MS && live.mode !== "ended") {
      lastEscalated = now;
      play("escalated");
    }
    if (muted) {
      muted.hidden = !mutedLeft();
      setText(muted.lastElementChild, span(mutedLeft()));
    }
    flood.hidden = alarms.length <= FLOOD;
    if (!flood.hidden) setText(flood, fill(gettext("%(n)s alarms in 10 min: sounds are joined. Tell the watch commander"), { n: alarms.length }));
  }

  async function acknowledge() {
    const numbers = [...live.notices];
    live.notices.clear();
    state.refresh();
    setText(alertLine, "");
    const answers = await Promise.allSettled(numbers.map((number) => post(urls.seen(number))));
    answers.forEach((answer, index) => answer.status === "rejected" && live.notices.add(numbers[index]));
    return numbers.length;
  }

  function silence() {
    mute(60);
    post(urls.mute).catch(() => {}); // logged where it can be; silence does not wait for it
    // asked here, since a browser wants a person's own act, and whoever silences is who misses things
    if (globalThis.Notification?.permission === "default") Notification.requestPermission();
  }

  function describe() {
    const unseen = live.notices.size;
    const sound = !ready()
      ? gettext("Sound waits for a key or click")
      : mutedLeft()
        ? fill(gettext("Muted %(left)s"), { left: span(mutedLeft()) })
        : gettext("Sound on");
    return [
      unseen && fill(ngettext("%(n)s unacknowledged", "%(n)s unacknowledged", unseen), { n: unseen }),
      sound,
      fill(ngettext("%(n)s alarm in 10 min", "%(n)s alarms in 10 min", alarms.length), { n: alarms.length }),
    ]
      .filter(Boolean)
      .join(" · ");
  }

  state.addEventListener("entries", eachSecond);
  return { acknowledge, silence, describe };
}
