/* The right column of the review: the selected incident as it stood then, what was recommended and sent, who was told and
 * who saw it, and what happened, the entry of the moment marked. A click on a time goes there.
 * mountStory(root, state, player) → {moments(list), life(story | null), follow("all" | "one"), beside(±1) → moment | null} */

import { $, $$, el, put, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { ms, span, stamp } from "../lib/time.js";
import { LEVEL_TEXT, STAGE_TEXT, serial } from "../lib/urgency.js";
import { bandParts, whoParts } from "./board_story.js";

const AROUND = 60; // entries drawn before and after the moment
const LOUD = new Set(["incident.filed", "escalation.raised", "escalation.taken_over", "unit.arrived", "incident.closed"]);

export function mountStory(root, state, player) {
  const who = $("[data-who]", root);
  const band = $("[data-band]", root);
  const life = $("[data-life]", root);
  const box = $("[data-moments]", root);
  let all = [];
  let list = []; // of them, what is shown: all, or those of the selected incident
  let of = "all";
  let story = null;
  let drawn = "";
  let first = -1;
  let marked = null;

  const go = (at) => el("button.plain.moment-time", { type: "button", title: gettext("Go to this moment"), onclick: () => player.seekAfter(at) }, stamp(at));

  // --- the incident as it stood ---------------------------------------------------------------------
  function showIncident() {
    const entry = state.current;
    who.hidden = !state.selected;
    const unknown = state.live.unknown.has(state.selected);
    if (!state.selected) return void (band.hidden = true);
    const mark = `${state.selected} ${entry?.row.version} ${entry?.urgency.state} ${unknown}`;
    if (entry) {
      if (mark !== drawn) put(who, whoParts(entry, null, state));
      showBand(entry, unknown);
    } else {
      put(who, el("p.who-line", {}, el("b", {}, serial(state.selected)), el("span.second", {}, gettext("Not on the board at this moment"))));
      band.hidden = true;
    }
    drawn = mark;
  }

  function showBand(entry, unknown) {
    band.hidden = !entry.row.stage && !unknown;
    if (band.hidden) return;
    const { timer, lines, next } = unknown
      ? { timer: "?", lines: [gettext("How it stood then was not kept"), gettext("It happened before the board was recorded"), ""], next: "" }
      : bandParts(entry, state);
    band.className = `band ${unknown ? "calm" : entry.urgency.state}`;
    put(band, el("b.band-timer", {}, timer), el("div", {}, el("b", {}, lines[0]), el("span", {}, lines[1])), el("div.band-next", {}, el("span", {}, lines[2]), el("b", {}, next)));
  }

  // --- its whole life: what is known today, dimmed as long as it had not happened ------------------------
  function showLife() {
    const shown = story && story.number === state.selected;
    life.hidden = !shown;
    if (!shown) return;
    put($("[data-decisions]", root), el("h3", {}, gettext("Recommended and sent")), story.decisions.length ? el("ul", {}, story.decisions.map(decision)) : el("p.second", {}, gettext("Nobody was sent")));
    put($("[data-told]", root), el("h3", {}, gettext("Who was told, who saw it")), story.told.length ? el("ul.told", {}, story.told.map(told)) : el("p.second", {}, gettext("Nobody had to be told")));
    dim();
  }

  function decision({ at, actor, recommended, sent }) {
    const went = new Set(sent.map(({ label }) => label));
    const claimed = sent.some(({ code }) => code === "incident.claimed");
    const words = recommended
      ? [el("span.second", {}, gettext("recommended")), ...recommended.map((label) => el(`span.pick${went.has(label) ? ".went" : ""}`, {}, label))]
      : [el("span.second", {}, claimed ? gettext("claimed by the station") : gettext("chosen without a recommendation"))];
    return el(
      "li",
      { dataset: { at: ms(at) } },
      go(ms(at)),
      el("div", {}, el("p", {}, words), el("p", {}, el("span.second", {}, gettext("actually sent")), sent.map(({ label }) => el(`span.pick.went${recommended && !recommended.includes(label) ? ".other" : ""}`, {}, label)), el("span.second", {}, ` ${actor ?? gettext("System")}`))),
    );
  }

  function told({ at, name, level, stage, seen_at: seen, shown_at: shown, ways }) {
    const after = (time) => span(ms(time) - ms(at));
    const eyes = seen
      ? fill(gettext("answered after %(time)s"), { time: after(seen) })
      : shown
        ? fill(gettext("on the screen after %(time)s"), { time: after(shown) })
        : gettext("no screen showed it");
    return el(
      "li",
      { dataset: { at: ms(at) } },
      go(ms(at)),
      el("div", {}, el("p", {}, el("b", {}, name), el("span.second", {}, ` ${LEVEL_TEXT[level]} · ${STAGE_TEXT[stage] ?? ""}`)), el("p", {}, el("span", { class: shown || seen ? "" : "late-text" }, eyes), ways.map((way) => el("span.second", {}, ` · ${wayText(way, after)}`)))),
    );
  }

  function wayText({ channel, read_at: read, delivered_at: delivered, sent_at: sent, failed_at: failed }, after) {
    if (failed && !sent) return fill(gettext("%(channel)s failed"), { channel });
    const [text, at] = read ? [gettext("%(channel)s read after %(time)s"), read] : delivered ? [gettext("%(channel)s delivered after %(time)s"), delivered] : [gettext("%(channel)s sent after %(time)s"), sent];
    return at ? fill(text, { channel, time: after(at) }) : fill(gettext("%(channel)s not sent"), { channel });
  }

  function dim() {
    for (const line of $$("[data-at]", life)) line.classList.toggle("ahead", Number(line.dataset.at) > player.at);
  }

  // --- what happened ------------------------------------------------------------------------------------------
  function narrow() {
    list = of === "one" && state.selected ? all.filter(({ number }) => number === state.selected) : all;
    first = -1;
    for (const button of $$("[data-of]", root)) button.setAttribute("aria-pressed", String(button.dataset.of === of));
    $("[data-of=one]", root).disabled = !state.selected;
    setText($("[data-count]", root), String(list.length));
    const nothing = $("[data-nothing]", root);
    nothing.hidden = list.length > 0;
    setText(nothing, of === "one" ? gettext("Nothing happened to it in this span") : gettext("Nothing happened in this span"));
    showMoments();
  }

  /** The last entry that had happened by now; -1 before the first. */
  function current() {
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (list[middle].ms <= player.at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  function showMoments() {
    const index = current();
    if (first < 0 || index < first + 10 || index > first + 2 * AROUND - 10) {
      first = Math.max(0, index - AROUND);
      put(box, list.slice(first, first + 2 * AROUND).map(line));
    }
    [...box.children].forEach((node, place) => {
      node.classList.toggle("ahead", first + place > index);
      const now = first + place === index;
      if (now !== (node.getAttribute("aria-current") === "true")) node.setAttribute("aria-current", now);
      if (now && marked !== list[index]) node.scrollIntoView({ block: "center" });
    });
    marked = list[index] ?? null;
  }

  function line(moment) {
    const late = moment.happened_at && fill(gettext("happened at %(time)s"), { time: stamp(moment.happened_at) });
    return el(
      "li",
      {},
      go(moment.ms),
      el("button.plain.moment-number", { type: "button", title: gettext("Select this incident"), onclick: () => state.select(moment.number) }, serial(moment.number)),
      el("span", { title: moment.actor ?? gettext("System") }, el(LOUD.has(moment.code) ? "b" : "span", {}, moment.text), late && el("span.note", {}, ` ${late}`)),
    );
  }

  $("[data-which]", root).addEventListener("click", ({ target }) => {
    if (!target.dataset.of) return;
    of = target.dataset.of;
    narrow();
  });
  state.addEventListener("entries", showIncident);
  state.addEventListener("select", () => (showIncident(), showLife(), narrow()));
  player.addEventListener("time", () => (showMoments(), dim()));

  return {
    moments(found) {
      all = found;
      narrow();
    },
    life(found) {
      story = found;
      showLife();
    },
    follow(which) {
      of = which;
      narrow();
    },
    /** The moment before or after now, of what is listed. */
    beside(by) {
      const index = current();
      if (by > 0) return list.find(({ ms: at }) => at > player.at) ?? null;
      for (let place = index; place >= 0; place -= 1) if (list[place].ms < player.at - 999) return list[place];
      return null;
    },
  };
}
