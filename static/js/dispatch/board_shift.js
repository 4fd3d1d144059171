/* The work of a shift beside the main job: reinforcement, pulling a busy unit, handing over, merging, splitting.
 * shiftActs({dialog, state, act, say}) → {snooze(row), reinforce(row, wanted?), decline(row), handOver(row), takeIn(row),
 *   refuse(row), pull(row, unit?), pullNow(row, unit, reason), merge(row), split(row)}
 * asksParts(row, state, shift) → nodes: what waits for an answer on this incident */

import { el } from "../lib/dom.js";
import { metres } from "../lib/geo.js";
import { post } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { ago, distance, ms } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { urls } from "./board_api.js";
import { askAndAct } from "./board_ask.js";
import { title } from "./board_row.js";

const BUSY = new Set(["assigned", "en_route", "on_scene"]);

export function shiftActs({ dialog, state, act, say }) {
  const { live, config } = state;
  const name = (code) => config.organisations[code] ?? code;
  const what = (row) => `${serial(row.number)} ${title(row, state)}`;
  const place = (row) => [what(row), row.address].filter(Boolean).join(" · ");

  /** `wanted`: said already, in the command line. */
  function reinforce(row, wanted = null) {
    const question = {
      title: fill(gettext("Reinforcement for %(number)s"), { number: serial(row.number) }),
      label: gettext("What is needed"),
      verb: gettext("Ask for it"),
      suggestions: [gettext("One more car"), gettext("Two cars"), gettext("Guards to keep order"), gettext("Ambulance"), gettext("Fire brigade")],
    };
    const done = (asked) => say(fill(gettext("Asked for: %(wanted)s"), { wanted: asked }));
    return askAndAct(dialog, question, (asked) => act(row.number, () => post(urls.reinforce(row.number), { wanted: asked }), () => done(asked)), wanted);
  }

  function decline(row) {
    const question = {
      title: gettext("No reinforcement"),
      explain: row.reinforcement,
      label: gettext("Reason, the crew will read it"),
      verb: gettext("Decline"),
      suggestions: [gettext("Nobody is free"), gettext("Enough are on the way")],
      harm: true,
    };
    return askAndAct(dialog, question, (reason) => act(row.number, () => post(urls.declineReinforcement(row.number), { reason }), () => say(gettext("Declined"))));
  }

  function snooze(row) {
    const question = {
      title: fill(gettext("Put the escalation of %(number)s off"), { number: serial(row.number) }),
      explain: gettext("Nobody is told until then; every later step moves with it."),
      choice: { label: gettext("By"), options: [5, 10, 20, 30, 60].map((n) => [n, fill(gettext("%(n)s min"), { n })]) },
      label: gettext("Reason"),
      verb: gettext("Put off"),
      suggestions: [gettext("The crew has called, it is on its way"), gettext("The road is blocked"), gettext("Waiting for another department")],
    };
    return askAndAct(dialog, question, ({ choice: minutes, text: reason }) =>
      act(row.number, () => post(urls.snooze(row.number), { minutes: Number(minutes), reason }), () => say(fill(gettext("Put off by %(n)s min"), { n: minutes }))),
    );
  }

  /** Stations, the nearest seat first. */
  function takers(row) {
    const far = ({ lat }) => (lat === null ? 1 : 0);
    const away = (seat) => (row.lat === null || seat.lat === null ? 0 : metres(row, seat));
    return config.stations
      .filter(({ code }) => code !== row.station)
      .sort((a, b) => far(a) - far(b) || away(a) - away(b))
      .map(({ code, label }) => [code, label]);
  }

  function handOver(row) {
    const question = {
      title: fill(gettext("Hand %(number)s over"), { number: serial(row.number) }),
      explain: fill(gettext("Until it accepts, %(station)s answers for it."), { station: name(row.station) || gettext("nobody") }),
      choice: { label: gettext("To"), options: takers(row) },
      label: gettext("Reason"),
      verb: gettext("Hand over"),
      suggestions: [gettext("It lies on their ground"), gettext("They are nearer"), gettext("They have the matter already")],
    };
    const asked = (taker) => say(fill(gettext("%(station)s has been asked to take %(number)s"), { station: name(taker), number: serial(row.number) }));
    return askAndAct(dialog, question, ({ choice: taker, text: reason }) => act(row.number, () => post(urls.handOver(row.number), { taker, reason }), () => asked(taker)));
  }

  const takeIn = (row) =>
    act(row.number, () => post(urls.takeIn(row.number)), () => say(fill(gettext("%(number)s is taken in"), { number: serial(row.number) })));

  function refuse(row) {
    const question = {
      title: fill(gettext("Hand-over of %(number)s"), { number: serial(row.number) }),
      label: gettext("Reason"),
      verb: row.offered_to === config.organisation ? gettext("Decline it") : gettext("Withdraw it"),
      suggestions: [gettext("It does not lie on our ground"), gettext("Asked by mistake")],
      harm: true,
    };
    return askAndAct(dialog, question, (reason) => act(row.number, () => post(urls.declineHandover(row.number), { reason }), () => say(gettext("The hand-over has ended"))));
  }

  /** Busy units, the nearest first, each with what it would leave. */
  function busy(row) {
    const away = (unit) => (row.lat === null || unit.lat === null ? Infinity : metres(row, unit));
    return [...live.units.values()]
      .filter((unit) => BUSY.has(unit.status) && unit.incident && unit.incident !== row.number)
      .sort((a, b) => away(a) - away(b))
      .map((unit) => {
        const left = live.incidents.get(unit.incident);
        const far = Number.isFinite(away(unit)) ? distance(away(unit)) : "";
        return [unit.id, [unit.call_sign, far, left ? what(left) : serial(unit.incident)].filter(Boolean).join(" · ")];
      });
  }

  function pull(row, unit = null) {
    const options = unit === null ? busy(row) : busy(row).filter(([id]) => id === unit);
    if (!options.length) return say(gettext("No unit is at work elsewhere"), "bad");
    const question = {
      title: fill(gettext("Pull a busy unit for %(number)s"), { number: serial(row.number) }),
      explain: gettext("Its incident goes on with who is left, or back to the queue."),
      choice: { label: gettext("Unit"), options },
      label: gettext("Reason, the crew will read it"),
      verb: gettext("Pull it"),
      suggestions: [gettext("A graver case"), gettext("The only one with this ability"), gettext("The nearest by far")],
      harm: true,
    };
    return askAndAct(dialog, question, (answer) => pullNow(row, Number(answer.choice), answer.text));
  }

  const pullNow = (row, unit, reason) =>
    act(row.number, () => post(urls.preempt(row.number), { unit, reason }), (order) => {
      state.untick();
      say(fill(gettext("%(unit)s was pulled and sent to %(number)s"), { unit: order.label, number: serial(row.number) }));
    });

  function merge(row) {
    const away = (other) => (row.lat === null || other.lat === null ? Infinity : metres(row, other));
    const options = state.entries
      .map(({ row: other }) => other)
      .filter((other) => other.number !== row.number)
      .sort((a, b) => away(a) - away(b))
      .slice(0, 30)
      .map((other) => [other.number, [Number.isFinite(away(other)) ? distance(away(other)) : "", place(other)].filter(Boolean).join(" · ")]);
    if (!options.length) return say(gettext("No other incident is open"), "bad");
    const question = {
      title: fill(gettext("Merge %(number)s"), { number: serial(row.number) }),
      explain: gettext("Its crews and callers go on with the other one. Reopening it undoes this."),
      choice: { label: gettext("Is the same matter as"), options },
      label: gettext("Reason"),
      verb: gettext("Merge"),
      suggestions: [gettext("Two callers, one matter")],
      harm: true,
    };
    const done = (other) => {
      state.select(other); // first: another incident has no result yet
      say(fill(gettext("%(number)s is part of %(other)s now"), { number: serial(row.number), other: serial(other) }));
    };
    return askAndAct(dialog, question, ({ choice: into, text: reason }) => act(row.number, () => post(urls.merge(row.number), { into, reason }), () => done(into)));
  }

  function split(row) {
    const options = Object.entries(config.categories).map(([code, { group_label, label }]) => [code, `${group_label} · ${label}`]);
    const question = {
      title: fill(gettext("Split a second matter off %(number)s"), { number: serial(row.number) }),
      explain: gettext("It is filed at the same place, in the same queue."),
      choice: { label: gettext("Category"), options },
      label: gettext("What it is about"),
      verb: gettext("File it"),
      most: 2000,
    };
    const done = (fresh) => {
      state.refresh(); // so that it is there to be selected
      state.select(fresh.number);
      say(fill(gettext("Filed as %(number)s"), { number: serial(fresh.number) }));
    };
    return askAndAct(dialog, question, ({ choice: category, text: summary }, key) => act(row.number, () => post(urls.split(row.number), { category, summary }, { key }), done));
  }

  return { snooze, reinforce, decline, handOver, takeIn, refuse, pull, pullNow, merge, split };
}

/** One line each for a reinforcement and a hand-over that wait for an answer, with the answers. */
export function asksParts(row, state, shift) {
  const { config, live } = state;
  const { may } = config;
  const button = (text, run, tone = "") => el(`button.button.small${tone}`, { type: "button", onclick: run }, text);
  const age = (at) => el("span.second", { title: at }, ` · ${ago(live.now() - ms(at))}`);
  const lines = [];
  if (row.reinforcement) {
    lines.push(
      el("li.ask-line", {}, el("span.chip.asked", {}, gettext("Reinforce")), el("span", {}, el("b", {}, row.reinforcement), age(row.reinforcement_at)),
        may.decline_reinforcement && button(gettext("Decline…"), () => shift.decline(row))),
    ); // prettier-ignore
  }
  if (row.offered_to) {
    const ours = row.offered_to === config.organisation || may.merge; // the taker, or the centre in its name
    const text = fill(gettext("%(station)s has been asked to take it in"), { station: config.organisations[row.offered_to] ?? row.offered_to });
    lines.push(
      el("li.ask-line", {}, el("span.chip.asked", {}, gettext("Hand-over")), el("span", {}, el("b", {}, text), age(row.offered_at)),
        may.take_in && ours && button(gettext("Take it in"), () => shift.takeIn(row), ".primary"),
        may.take_in && button(row.offered_to === config.organisation ? gettext("Decline…") : gettext("Withdraw…"), () => shift.refuse(row))),
    ); // prettier-ignore
  }
  return lines.length ? [el("ul.asks", {}, lines)] : [];
}
