/* The command line: says what it understood before Enter does it.
 * mountCommand(root, state, acts) → {focus()}
 *   0147                    selects
 *   send 0147 CALLSIGN …    派 0147 特巡02       dispatches units
 *   note 0147 WORDS         记 0147 …            adds a note
 *   take 0147               接管 0147            takes an escalated incident over
 *   ask 0147 WORDS          增援 0147 …          asks for reinforcement
 *   pull 0147 CALLSIGN WHY  抽 0147 特巡02 …     pulls a busy unit */

import { $, el, put } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { serial } from "../lib/urgency.js";
import { title } from "./board_row.js";

const VERBS = [
  [/^(?:send|派警|派)(?=\s|\d)/i, "send"],
  [/^(?:note|备注|记)(?=\s|\d)/i, "note"],
  [/^(?:take|接管)(?=\s|\d)/i, "take"],
  [/^(?:ask|增援)(?=\s|\d)/i, "ask"],
  [/^(?:pull|抽调|抽)(?=\s|\d)/i, "pull"],
];
const bare = (text) => text.replace(/[\s·-]/g, "").toLowerCase();

export function mountCommand(root, state, acts) {
  const form = $("[data-command]", root);
  const field = form.elements.line;
  const said = $("[data-understood]", form);
  const { config, live } = state;

  const wrong = (text) => ({ wrong: true, text });

  /** An open incident by its serial; of several days the latest. */
  function incidentOf(digits) {
    const wanted = digits.padStart(4, "0");
    return state.entries
      .map(({ row }) => row)
      .filter(({ number }) => serial(number) === wanted || number.endsWith(digits.padStart(12, "x")))
      .sort((a, b) => (a.number < b.number ? 1 : -1))[0];
  }

  /** The units named, by call sign or its unambiguous beginning → units, or the word that names none. */
  function unitsOf(text) {
    const units = [];
    for (const word of text.split(/[\s,，、]+/).filter(Boolean)) {
      const all = [...live.units.values()].filter(({ status }) => status !== "off_duty");
      const exact = all.find(({ call_sign }) => bare(call_sign) === bare(word));
      const begun = exact ? [exact] : all.filter(({ call_sign }) => bare(call_sign).startsWith(bare(word)));
      if (begun.length !== 1) return { word, several: begun.length > 1 };
      units.push(begun[0]);
    }
    return { units };
  }

  /** What a line means → {text, run} or {wrong, text}. */
  function understand(line) {
    const [pattern, verb] = VERBS.find(([start]) => start.test(line)) ?? [/^/, "select"];
    const rest = line.replace(pattern, "").trim();
    const [, digits = "", words = ""] = rest.match(/^(\d+)\s*([\s\S]*)$/) ?? [];
    if (!digits) return wrong(gettext("A number is needed, such as 0147"));
    const row = incidentOf(digits);
    if (!row) return wrong(fill(gettext("No open incident %(number)s"), { number: digits }));
    const what = `${serial(row.number)} ${title(row, state)}`;
    if (verb === "select") return words ? wrong(gettext("Begin with send, note, take, ask or pull")) : { text: fill(gettext("Select %(what)s"), { what }), run: () => state.select(row.number) };
    if (verb === "take") return config.may.take_over ? { text: fill(gettext("Take over %(what)s"), { what }), run: () => takeOver(row) } : wrong(gettext("Your role may not take over"));
    if (verb === "note" && !config.may.note) return wrong(gettext("Your role may not add notes"));
    if (verb === "note") return words ? { text: fill(gettext("Note on %(what)s: %(words)s"), { what, words }), run: () => note(row, words) } : wrong(gettext("Write the note after the number"));
    if (verb === "ask") return understandAsk(row, what, words);
    if (verb === "pull") return understandPull(row, what, words);
    return understandSend(row, what, words);
  }

  function understandAsk(row, what, words) {
    if (!config.may.reinforce) return wrong(gettext("Your role may not ask for reinforcement"));
    if (!words) return wrong(gettext("Write what is needed after the number"));
    return { text: fill(gettext("Ask for reinforcement of %(what)s: %(words)s"), { what, words }), run: () => acts.shift.reinforce(row, words) };
  }

  function understandPull(row, what, words) {
    if (!config.may.preempt) return wrong(gettext("Only the duty commander and the centre may pull a busy unit"));
    const [, name = "", reason = ""] = words.match(/^(\S+)\s*([\s\S]*)$/) ?? [];
    if (!name) return wrong(gettext("Write a call sign after the number"));
    const { units, word, several } = unitsOf(name);
    if (!units) return wrong(fill(several ? gettext("Several units begin with %(word)s") : gettext("No unit on duty is called %(word)s"), { word }));
    const [unit] = units;
    if (unit.status === "free") return wrong(fill(gettext("%(unit)s is free: send it"), { unit: unit.call_sign }));
    if (!reason) return wrong(gettext("Write the reason after the call sign, the crew will read it"));
    return { text: fill(gettext("Pull %(unit)s for %(what)s: %(reason)s"), { unit: unit.call_sign, what, reason }), run: () => (state.select(row.number), acts.shift.pullNow(row, unit.id, reason)) };
  }

  function understandSend(row, what, words) {
    if (!config.may.dispatch) return wrong(gettext("Your role may not dispatch"));
    if (!words) return wrong(gettext("Write a call sign after the number"));
    const { units, word, several } = unitsOf(words);
    if (!units) return wrong(fill(several ? gettext("Several units begin with %(word)s") : gettext("No unit on duty is called %(word)s"), { word }));
    const busy = units.find(({ status }) => status !== "free");
    if (busy) return wrong(fill(gettext("%(unit)s is not free"), { unit: busy.call_sign }));
    const names = units.map(({ call_sign }) => call_sign).join(gettext(", "));
    return { text: fill(gettext("Send %(units)s to %(what)s"), { units: names, what }), run: () => sendUnits(row, units) };
  }

  function sendUnits(row, units) {
    state.select(row.number);
    acts.sendTo(row, units.map(({ id }) => id));
  }

  function note(row, text) {
    state.select(row.number);
    acts.note(row, text);
  }

  function takeOver(row) {
    state.select(row.number);
    acts.takeOver();
  }

  function preview() {
    const line = field.value.trim();
    said.hidden = !line;
    if (!line) return null;
    const meaning = understand(line);
    said.className = meaning.wrong ? "wrong" : "";
    put(said, meaning.text, meaning.wrong ? null : [" ", el("kbd", {}, "Enter")]);
    return meaning;
  }

  function leave() {
    field.value = "";
    said.hidden = true;
    field.blur();
  }

  field.addEventListener("input", preview);
  field.addEventListener("blur", () => (said.hidden = true));
  field.addEventListener("focus", preview);
  field.addEventListener("keydown", (event) => event.code === "Escape" && (event.stopPropagation(), leave()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const meaning = preview();
    if (!meaning || meaning.wrong) return;
    leave();
    meaning.run();
  });

  return { focus: () => field.focus() };
}
