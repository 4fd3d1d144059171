/* What the person can do with the selected incident: each verb one call, one line that says what came of it.
 * mountActs(root, dialog, state, status) → {show(entry, ended), say(text, tone, undo), refuse(why), takeOver(), note(row?, words?),
 *   snooze(), reinforce(), handOver(), reveal(), more(), moreIsOpen(), step(row, order, verb), recall(row, order), primary(),
 *   sendTo(row, units), shift (board_shift.js)}
 * Each verb is a key too, also where its button is off or missing: then it says why nothing is done. */

import { $, el, put } from "../lib/dom.js";
import { post } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { hint } from "../lib/keys.js";
import { stamp } from "../lib/time.js";
import { STEP_TEXT, serial } from "../lib/urgency.js";
import { urls } from "./board_api.js";
import { REVEAL, askAndAct } from "./board_ask.js";
import { shiftActs } from "./board_shift.js";
import { PendingStep, UNDO_S } from "./board_step.js";
import { OUTCOMES } from "./crew_step.js";

export function mountActs(root, dialog, state, status) {
  const { live, config } = state;
  const { may } = config;
  const result = el("p.result"); // read out by `status`
  const pending = el("div.pending-steps");
  const main = el("button.button.primary", { type: "button", onclick: () => primary() });
  const others = el("div.other-acts", { tabindex: "-1" });
  const moreBox = el("div.more-acts", { id: "more-acts", hidden: true });
  const moreButton = el("button.button", { type: "button", "aria-controls": moreBox.id, "aria-expanded": "false", onclick: () => more() }, gettext("More"), hint("more"));
  put(root, result, pending, main, others, moreBox);
  let shown = null;
  let ended = false;
  let busy = 0;
  let queue = Promise.resolve();
  let drawn = "";
  let clearing = 0;

  function say(text, tone = "ok", undo = null) {
    put(result, el("span", { class: tone }, text), undo && el("button.button.small", { type: "button", onclick: undo.run }, undo.text));
    status.textContent = text;
    clearTimeout(clearing);
    clearing = setTimeout(() => put(result), undo || tone === "bad" ? 20_000 : 8_000);
  }

  /** Why a key does nothing now; beside a result that can still be taken back. */
  function refuse(why) {
    if (!$("button", result)) return say(why, "bad");
    $(".why", result)?.remove();
    result.append(el("span.why.bad", {}, why));
    status.textContent = why;
  }

  /** Whether there is an incident to work on with a right that is `had`, else with the words of its `lack`; says why not. */
  function can(had, lack, alsoEnded = false) {
    if (!shown) refuse(gettext("Choose an incident first"));
    else if (!had) refuse(lack);
    else if (ended && !alsoEnded) refuse(gettext("This incident has ended"));
    else return true;
    return false;
  }

  /** One act after the other: the fresh row is taken from the answer, the words of an error from the server → the error | null. */
  function act(number, call, done) {
    const held = focused();
    busy += 1;
    main.disabled = true;
    const told = queue.then(async () => {
      try {
        const answer = await call();
        state.touch(number);
        live.act(answer);
        done?.(answer);
        return null;
      } catch (error) {
        if (!error.code) throw error;
        say(error.message, error.status === 409 ? "" : "bad", wayOn(number, error)); // somebody was sooner: a result, not an error
        return error;
      }
    });
    queue = told.catch(() => {}); // a fault in one act must not refuse every later one
    return told.finally(() => {
      busy -= 1;
      drawn = "";
      if (shown) show(shown, ended);
      keepFocus(held);
    });
  }

  const focused = () => (root.contains(document.activeElement) ? document.activeElement : null);

  /** A button that is switched off lets go of the focus: the keyboard stays on it, or beside it. */
  function keepFocus(held) {
    if (!held || busy || ![held, document.body].includes(document.activeElement)) return;
    (held.disabled || !held.isConnected ? others : held).focus({ preventScroll: true });
  }

  /** A unit that is busy elsewhere can be pulled, as an act of its own. */
  function wayOn(number, { code, details }) {
    const row = live.incidents.get(number);
    return code === "unit_taken" && may.preempt && row && details.number !== number ? { text: gettext("Pull it…"), run: () => shift.pull(row, details.unit) } : null;
  }

  const shift = shiftActs({ dialog, state, act, say });
  const callerText = ({ name, phone }) => `${name || gettext("No name")} · ${phone || gettext("No phone")}`;
  const names = (units) => units.map((id) => live.units.get(id)?.call_sign ?? "?").join(gettext(", "));

  function sendTo(row, units) {
    return act(row.number, () => post(urls.assignments(row.number), { units }), () => {
      state.untick();
      say(fill(gettext("%(units)s sent to %(number)s"), { units: names(units), number: serial(row.number) }), "ok", {
        text: gettext("Recall"),
        run: () => recallUnits(row.number, units),
      });
    });
  }

  function recallUnits(number, units) {
    const orders = live.incidents.get(number)?.assignments.filter((order) => units.includes(order.unit)) ?? [];
    if (!orders.length) return say(gettext("Nothing to recall: the order has ended"), "bad");
    return recallOrders(number, orders);
  }

  const recall = (row, order) => recallOrders(row.number, [order]);

  function recallOrders(number, orders) {
    const left = [...orders];
    const question = {
      title: fill(gettext("Recall %(unit)s"), { unit: orders.map(({ label }) => label).join(gettext(", ")) }),
      label: gettext("Reason, the crew will read it"),
      verb: gettext("Recall"),
      suggestions: [gettext("Sent by mistake"), gettext("A nearer unit goes"), gettext("No longer needed")],
      harm: true,
    };
    return askAndAct(dialog, question, async (outcome) => {
      for (; left.length; left.shift()) {
        const [order] = left;
        const done = () => say(fill(gettext("%(unit)s recalled from %(number)s"), { unit: order.label, number: serial(number) }));
        const refused = await act(number, () => post(urls.step(number, order.id, "release"), { outcome }), done);
        if (refused) return refused;
      }
      return null;
    });
  }

  function step(row, order, verb) {
    if (verb !== "report") return takeStep(row, order, verb, {});
    const question = {
      title: fill(gettext("%(unit)s reports back"), { unit: order.label }),
      label: gettext("What came of it"),
      verb: gettext("Report back"),
      suggestions: OUTCOMES,
    };
    return askAndAct(dialog, question, (outcome) => takeStep(row, order, verb, { outcome }));
  }

  /** → Promise(the error | null), once it has gone up or has been taken back. */
  function takeStep(row, order, verb, body) {
    const now = live.now();
    const words = (left) => fill(gettext("%(unit)s: noted at %(time)s, sent in %(left)s s"), { unit: order.label, time: stamp(now), left });
    status.textContent = words(UNDO_S); // said once, the countdown is for the eye
    return new Promise((resolve) => {
      new PendingStep(pending, {
        words,
        at: new Date(now).toISOString(),
        url: urls.step(row.number, order.id, verb),
        body,
        undone: () => resolve(say(gettext("Not sent"))),
        run: (call) => resolve(act(row.number, call, (answer) => say(stepWords(order, answer)))),
      });
    });
  }

  function stepWords(order, answer) {
    const words = `${order.label} ${STEP_TEXT[answer.assignment.step]}`;
    return answer.changed ? words : fill(gettext("%(words)s: that was known already"), { words });
  }

  const isMine = ({ escalation }) => escalation?.owner_username === config.user.username;

  function takeOver() {
    if (!can(may.take_over, gettext("Your role may not take over"))) return;
    const { row } = shown;
    if (!row.escalation) return void refuse(gettext("It is not escalated"));
    if (isMine(row)) return void refuse(fill(gettext("Taken over by %(name)s (you)"), { name: row.escalation.owner }));
    act(row.number, () => post(urls.takeOver(row.number)), () => say(fill(gettext("%(number)s is yours now"), { number: serial(row.number) })));
  }

  /** `words`: typed already, in the command line; the row is its own, whatever has been selected by the time of an answer. */
  function note(row = shown?.row, words = null) {
    if (!can(may.note, gettext("Your role may not add notes"), true)) return undefined;
    const question = { title: fill(gettext("Note on %(number)s"), { number: serial(row.number) }), label: gettext("Note; @ names somebody"), verb: gettext("Add the note"), names: urls.names(row.number), most: 2000 };
    return askAndAct(dialog, question, (text, key) => act(row.number, () => post(urls.notes(row.number), { text }, { key }), () => say(gettext("Note added"))), words);
  }

  function end(kind) {
    const { row } = shown;
    const number = serial(row.number);
    const words = {
      close: { title: gettext("Close %(number)s"), label: gettext("Outcome"), verb: gettext("Close"), key: "outcome", done: gettext("%(number)s closed") },
      cancel: { title: gettext("Cancel %(number)s"), label: gettext("Reason"), verb: gettext("Cancel the incident"), key: "reason", done: gettext("%(number)s cancelled"), harm: true },
      invalidate: { title: gettext("Mark %(number)s invalid"), label: gettext("Reason"), verb: gettext("Mark invalid"), key: "reason", done: gettext("%(number)s marked invalid"), harm: true },
    }[kind];
    const explain = row.assignments.length ? fill(gettext("%(units)s will be released"), { units: row.assignments.map(({ label }) => label).join(gettext(", ")) }) : "";
    const question = { ...words, title: fill(words.title, { number }), explain, required: kind !== "close" };
    return askAndAct(dialog, question, (text) => act(row.number, () => post(urls[kind](row.number), { [words.key]: text }), () => say(fill(words.done, { number }))));
  }

  function reveal() {
    if (!can(may.reveal, gettext("Your role may not see the caller"), true)) return undefined;
    const { row } = shown;
    const done = (answer) => say([answer, ...answer.others].map(callerText).join(gettext("; ")), "revealed");
    return askAndAct(dialog, REVEAL, (reason) => act(row.number, () => post(urls.reveal(row.number), { reason }), done));
  }

  const claim = ({ number }) => act(number, () => post(urls.claim(number)), () => say(fill(gettext("%(number)s is claimed by you"), { number: serial(number) })));

  function reinforce() {
    if (can(may.reinforce, gettext("Your role may not ask for reinforcement"))) shift.reinforce(shown.row);
  }

  /** "" where this person may put it off. */
  function unsnoozable(row) {
    const { escalation } = row;
    if (!escalation) return gettext("It is not escalated");
    if (escalation.owner && !isMine(row)) return fill(gettext("Taken over by %(name)s"), { name: escalation.owner });
    return escalation.level > config.user.level ? gettext("It has been told above your level") : "";
  }

  function snooze() {
    if (!can(may.snooze, gettext("Your role may not put an escalation off"))) return;
    const why = unsnoozable(shown.row);
    if (why) refuse(why);
    else shift.snooze(shown.row);
  }

  function handOver() {
    if (!can(may.hand_over, gettext("Your role may not hand over"))) return;
    const { row } = shown;
    if (row.offered_to) refuse(fill(gettext("%(station)s has been asked to take it in"), { station: config.organisations[row.offered_to] ?? row.offered_to }));
    else shift.handOver(row);
  }

  function more() {
    if (!can(true, "", true)) return;
    const opens = moreBox.hidden;
    const inside = moreBox.contains(document.activeElement);
    moreBox.hidden = !opens;
    moreButton.setAttribute("aria-expanded", String(opens));
    if (opens) $("button:not([disabled])", moreBox)?.focus();
    else if (inside) moreButton.focus();
  }

  /** What Enter does now → {text, run} or the reason why there is nothing to do. */
  function primaryOf({ row }) {
    const ticked = [...state.ticked].filter((id) => live.units.has(id));
    if (may.dispatch && ticked.length) {
      const text = row.assignments.length ? gettext("Also send %(units)s") : gettext("Send %(units)s");
      return { text: fill(text, { units: names(ticked) }), run: () => sendTo(row, ticked) };
    }
    if (may.claim && row.stage === "unclaimed") return { text: gettext("Claim"), run: () => claim(row) };
    if (row.status === "reported_back" && may.close) return { text: gettext("Close"), run: () => end("close") };
    if (!may.dispatch) return { text: gettext("Nothing to do for you here") };
    const place = row.lat === null ? gettext("The incident has no place on the map") : gettext("Tick units with 1–9, then Enter");
    return { text: place };
  }

  function primary() {
    if (busy) return void refuse(gettext("One moment, the last act is under way"));
    if (!can(true)) return undefined;
    const { run, text } = primaryOf(shown);
    return run ? run() : void refuse(text);
  }

  // built once, and only switched on and off: nothing that holds the focus, or to which a dialog gives it back, is replaced
  const offered = [];
  const button = (text, key, run, possible = () => !ended) => {
    const node = el("button.button", { type: "button", onclick: run }, text, key && hint(key));
    offered.push([node, possible]);
    return node;
  };
  const replay = el("a.button", {}, gettext("Replay"));
  const page = el("a.button", {}, gettext("Full page"));
  put(
    others,
    may.take_over && button(gettext("Take over"), "take", takeOver, (row) => !ended && row.escalation && !isMine(row)),
    may.reinforce && button(gettext("Reinforce"), "reinforce", reinforce),
    may.note && button(gettext("Note"), "note", () => note(), () => true),
    moreButton,
  );
  put(
    moreBox,
    may.snooze && button(gettext("Put the escalation off…"), "snooze", snooze, (row) => !ended && !unsnoozable(row)),
    may.hand_over && button(gettext("Hand over…"), "hand-over", handOver, (row) => !ended && !row.offered_to),
    may.preempt && button(gettext("Pull a busy unit…"), "", () => shift.pull(shown.row)),
    may.merge && button(gettext("Merge…"), "", () => shift.merge(shown.row)),
    may.split && button(gettext("Split…"), "", () => shift.split(shown.row)),
    may.close && button(gettext("Close…"), "", () => end("close"), (row) => !ended && row.status === "reported_back"),
    may.cancel && button(gettext("Cancel…"), "", () => end("cancel")),
    may.invalidate && button(gettext("Mark invalid…"), "", () => end("invalidate")),
    may.reveal && button(gettext("Reveal caller…"), "reveal", reveal, () => true),
    may.rewind && replay,
    page,
  );

  function show(entry, hasEnded) {
    if (shown?.row.number !== entry.row.number) put(result);
    shown = entry;
    ended = hasEnded;
    const { row } = entry;
    const first = ended ? { text: gettext("This incident has ended") } : primaryOf(entry);
    const mark = JSON.stringify([row.number, row.version, first.text, ended]);
    if (mark === drawn) return;
    drawn = mark;
    const held = focused();
    put(main, el("span", { title: first.text }, first.text), first.run && hint("primary"));
    main.disabled = !first.run || busy > 0;
    for (const [node, possible] of offered) node.disabled = !possible(row);
    replay.href = `/review/?incident=${row.number}`;
    page.href = `/incidents/${row.number}/`;
    keepFocus(held);
  }

  return { show, say, refuse, takeOver, snooze, note, reinforce, handOver, shift, reveal, more, moreIsOpen: () => !moreBox.hidden, step, recall, primary, sendTo };
}
