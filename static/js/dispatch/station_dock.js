/* The dock of a phone: the way in four steps, one big button, three small ones, the report.
 * mountDock(root, state, {press, claim, ask, askAndAct, say, draw, outbox, job}) → {show({row, urgency, order, step, at} | null, story)} */

import { $, $$, el, put, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { ms, stamp } from "../lib/time.js";
import { post, upload } from "../lib/http.js";
import { urls } from "./board_api.js";
import { DONE_TEXT, NEXT, OUTCOMES } from "./crew_step.js";
import { limitOf } from "./station_card.js";

const WAY = [
  ["accept", "dispatched", "unclaimed"],
  ["depart", "accepted", "not_departed"],
  ["arrive", "en_route", "not_arrived"],
  ["report", "on_scene", "not_reported"],
]; // verb, the step it starts from, the stage whose limit it has
const STAMP = { accept: "accepted_at", depart: "departed_at", arrive: "arrived_at", report: "reported_at" };
const MOST = 200; // characters of an outcome

const limitText = (seconds) =>
  seconds < 120 ? fill(gettext("limit %(n)s s"), { n: seconds }) : fill(gettext("limit %(n)s min"), { n: Math.round(seconds / 60) });

export function mountDock(root, state, { press, claim, ask, askAndAct, say, draw, outbox, job }) {
  const way = el("ol.crew-way");
  const back = el("button.button.crew-undo", { type: "button", onclick: undo });
  const mainText = el("b");
  const mainNote = el("span");
  const main = el("button.crew-main", { type: "button", onclick: next }, mainText, mainNote);
  const report = el("form.crew-report", { hidden: true, onsubmit: sendReport });
  const small = el("div.crew-small");
  put(root, way, report, main, small);
  let shown = null;
  let reporting = null; // number of the incident whose report is being written
  let mark = "";
  const stamps = new Map(); // assignment → {verb: ms}, of the steps seen or taken here

  function show(current, story = null) {
    shown = current;
    root.hidden = !current && !outbox.held;
    way.hidden = main.hidden = !current;
    countDown();
    if (!current) {
      report.hidden = true;
      mark = "";
      return put(small, outbox.held && back);
    }
    if (current.row.number !== reporting || current.step !== "on_scene") reporting = null;
    remember(current, story);
    const { row, order, step } = current;
    const key = [row.number, row.version, story?.version, order?.id, step, Boolean(outbox.held), reporting, outbox.size].join();
    if (key === mark) return;
    mark = key;
    drawWay(current);
    drawMain(current);
    drawSmall(current);
  }

  function remember({ order, step, at }, story) {
    if (!order) return;
    const known = stamps.get(order.id) ?? {};
    const times = story?.assignments.find(({ id }) => id === order.id)?.times ?? {};
    for (const [verb, field] of Object.entries(STAMP)) if (times[field]) known[verb] = ms(times[field]);
    const reached = WAY.findIndex(([, from]) => from === step) - 1;
    if (reached >= 0) known[WAY[reached][0]] ??= at;
    for (const entry of outbox.steps(order.id)) known[entry.verb] = ms(entry.at);
    stamps.set(order.id, known);
  }

  function drawWay({ row, order, step }) {
    const at = order ? WAY.findIndex(([, from]) => from === step) : 0;
    const limits = limitOf(row, state);
    const known = stamps.get(order?.id) ?? {};
    put(
      way,
      WAY.map(([verb, , stage], index) => {
        const done = index < at;
        const [seconds] = limits[stage] ?? [];
        const below = done ? (known[verb] ? stamp(known[verb]) : "") : seconds ? limitText(seconds) : "—";
        return el("li", { class: done ? "done" : index === at ? "now" : "", "aria-current": index === at ? "step" : null }, el("i"), el("span", {}, NEXT[WAY[index][1]].text), el("small", {}, below));
      }),
    );
  }

  function drawMain({ order, step }) {
    const verb = order ? NEXT[step].verb : "accept";
    setText(mainText, verb === "report" && reporting ? gettext("Send the report") : (order ? NEXT[step] : NEXT.dispatched).text);
    setText(mainNote, note(order, verb));
    // a second touch within the undo would be the next step, which nobody meant
    main.disabled = Boolean(outbox.held);
    main.dataset.verb = verb;
    if (report.hidden === Boolean(reporting)) reporting ? openReport() : (report.hidden = true);
  }

  function note(order, verb) {
    if (outbox.held) return gettext("next, in a moment");
    if (!order) return fill(gettext("for %(label)s"), { label: job.label });
    if (verb === "accept") return gettext("The time is noted at once");
    if (verb === "report" && !reporting) return gettext("How did it end?");
    return gettext("The time is noted at once, 5 s to undo");
  }

  function drawSmall({ row, order, step }) {
    const button = (text, onclick) => el("button.button", { type: "button", onclick }, text);
    if (outbox.held) return put(small, back);
    if (reporting) return put(small, button(gettext("Back"), () => { reporting = null; draw(); })); // prettier-ignore
    const parts = [];
    if (order && state.config.may.reinforce) parts.push(button(gettext("Reinforcements"), () => tell(row, REINFORCE())));
    if (order && step !== "on_scene") parts.push(button(gettext("Cannot go"), () => cannot(shown)));
    if (order && state.config.may.note) parts.push(button(gettext("Photo"), () => photo(row)));
    if (state.config.may.note) parts.push(button(gettext("Add facts"), () => tell(row, FACTS(row))));
    return put(small, parts);
  }

  // --- undo -----------------------------------------------------------------------------------------------
  function countDown() {
    const entry = outbox.held;
    if (!entry) return;
    const left = Math.max(1, Math.ceil((entry.due - Date.now()) / 1000));
    const values = { step: DONE_TEXT[entry.verb], time: stamp(ms(entry.at)), n: left };
    setText(back, fill(gettext("%(step)s %(time)s noted. Undo · %(n)s s"), values));
  }

  function undo() {
    const entry = outbox.undo();
    if (!entry) return;
    stamps.delete(entry.assignment);
    say(fill(gettext("%(step)s taken back"), { step: DONE_TEXT[entry.verb] }));
    draw();
  }

  // --- the big button -----------------------------------------------------------------------------------------
  async function next() {
    if (!shown || main.disabled) return;
    if (!shown.order) {
      main.disabled = true;
      try {
        await claim(shown);
      } finally {
        main.disabled = false;
        mark = "";
        draw();
      }
      return;
    }
    const { verb } = NEXT[shown.step];
    if (verb !== "report") return press(shown, verb);
    if (reporting) return report.requestSubmit();
    reporting = shown.row.number;
    mark = "";
    draw();
  }

  function openReport() {
    const chip = (text) =>
      el("label.crew-chip", {}, el("input", { type: "radio", name: "outcome", value: text }), el("span", {}, text));
    put(
      report,
      el("div.crew-chips", { role: "radiogroup", "aria-label": gettext("What came of it") }, OUTCOMES.map(chip)),
      el("div.field", {}, el("textarea", { name: "text", rows: 2, "aria-label": gettext("In words"), placeholder: gettext("In words, if needed") }), el("p.error", { hidden: true, role: "alert" })),
    );
    report.hidden = false;
  }

  function sendReport(event) {
    event.preventDefault();
    const chosen = $$("[name=outcome]", report).find((one) => one.checked)?.value ?? "";
    const text = report.elements.text.value.trim();
    const outcome = [chosen, text].filter(Boolean).join(gettext(": "));
    const { length } = [...outcome];
    const wrong = !outcome
      ? gettext("Choose one, or say it in words.")
      : length > MOST ? fill(gettext("At most %(most)s characters; these are %(length)s."), { most: MOST, length }) : ""; // prettier-ignore
    $(".error", report).hidden = !wrong;
    $(".error", report).textContent = wrong;
    if (wrong || !shown?.order) return;
    reporting = null;
    press(shown, "report", outcome);
  }

  // --- the small ones -------------------------------------------------------------------------------------------
  // `field` of what is sent; `once`: the API takes the question's key
  const REINFORCE = () => ({
    title: gettext("Reinforcements"), label: gettext("What is needed; the command centre reads it at once"), verb: gettext("Ask for them"), url: urls.reinforce, field: "wanted", done: gettext("Asked; the command centre reads it now"),
    suggestions: [gettext("One more car"), gettext("Guards to keep order"), gettext("Ambulance"), gettext("Fire brigade")],
  }); // prettier-ignore
  const FACTS = (row) => ({ names: urls.names(row.number), title: gettext("Add facts"), label: gettext("What you see; @ names somebody"), verb: gettext("Add the note"), most: 2000, url: urls.notes, field: "text", once: true, done: gettext("Note added") });

  const tell = (row, question) =>
    askAndAct(question, async (text, key) => {
      try {
        state.live.act(await post(question.url(row.number), { [question.field]: text }, { key: question.once && key }));
        say(question.done, "ok");
        return null;
      } catch (error) {
        if (!error.code) throw error;
        return error;
      }
    });

  /** The phone's camera; the photo goes up at once and stands in the story. */
  function photo(row) {
    const input = el("input", { type: "file", accept: "image/*", capture: "environment" });
    input.addEventListener("change", async () => {
      const [file] = input.files;
      if (!file) return;
      const progress = (share) => say(fill(gettext("Sending the photo: %(share)s %"), { share: Math.round(share * 100) }));
      try {
        await upload(`${urls.incident(row.number)}attachments/`, file, { progress });
        say(gettext("The photo is in the story now"), "ok");
      } catch (error) {
        if (!error.code) throw error;
        say(fill(gettext("The photo was not sent. %(why)s"), { why: error.message }), "bad");
      }
    });
    input.click();
  }

  async function cannot(current) {
    const reason = await ask({
      title: fill(gettext("%(label)s cannot go"), { label: current.order.label }),
      explain: gettext("The incident goes back to the queue."),
      label: gettext("Reason"),
      verb: gettext("Cannot go"),
      suggestions: [gettext("Still busy elsewhere"), gettext("Car broken down"), gettext("Another unit is nearer")],
      harm: true,
    });
    if (reason) press(current, "release", reason);
  }

  setInterval(countDown, 250);
  return { show };
}
