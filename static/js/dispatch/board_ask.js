/* A question before harm: cancel, invalidate, recall, reveal, close. One dialog, one field, a verb that names the result.
 * whenFree(dialog, show) → Promise(what show() gives), called once nothing stands in it: a question that comes of a late answer
 *   waits for the one being answered, and of several one after the other
 * ask(dialog, {title, explain, label, verb, suggestions, harm, required = true, most = 200}) → Promise(text | null when left)
 *   `most` characters are taken; a longer text is said and stays in the field to be shortened
 *   `names`: the API's names of the incident, offered after `@`; `value` and `wrong`: what was typed and why it was refused
 *   with `choice: {label, options: [[value, text]…]}` a list stands above the field → Promise({choice, text} | null);
 *   `value` is then such an answer
 * REVEAL — the question before a caller is shown
 * askAndAct(dialog, question, act, given) — act(answer, key) → the error | null; asks again with what was typed until it is
 *   taken or left → Promise(whether it was taken). `given` is an answer typed elsewhere: it is asked for only once refused.
 *   `key` is the question's, for the API that makes nothing twice of it: an answer may be lost, and what was asked be done */

import { el, put } from "../lib/dom.js";
import { newKey } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { composing } from "../lib/keys.js";
import { mentionField } from "./mention_field.js";

export const REVEAL = {
  title: gettext("Caller's name and phone"),
  explain: gettext("Reveal needs a reason and is logged"),
  label: gettext("Reason"),
  verb: gettext("Reveal"),
  suggestions: [gettext("Call back"), gettext("The crew cannot find the place")],
};

export async function whenFree(dialog, show) {
  // a loop: the person may go on from question to question, and another may have waited longer
  while (dialog.open) await new Promise((closed) => dialog.addEventListener("close", closed, { once: true }));
  return show(); // before anybody else can look
}

export const ask = (dialog, question) => whenFree(dialog, () => open(dialog, question));

function open(dialog, { title, explain, label, verb, suggestions = [], harm = false, required = true, most = 200, choice = null, names = "", value = "", wrong = "" }) {
  return new Promise((resolve) => {
    const field = el("textarea", { name: "text", rows: 2, id: "ask-text", "aria-invalid": wrong ? "true" : null });
    field.value = value.text ?? value;
    const error = el("p.error-line", { hidden: !wrong, role: "alert" }, wrong);
    const chosen = choice && el("select", { id: "ask-choice", name: "choice" }, choice.options.map(([value, text]) => el("option", { value }, text)));
    if (chosen && value) chosen.value = value.choice;
    const leave = (said) => {
      resolve(chosen && said !== null ? { choice: chosen.value, text: said } : said);
      dialog.close();
    };
    const submit = (event) => {
      event?.preventDefault();
      const text = field.value.trim();
      const { length } = [...text];
      if (length <= most && (text || !required)) return leave(text);
      error.textContent = text ? fill(gettext("At most %(most)s characters; these are %(length)s."), { most, length }) : gettext("A reason is needed");
      error.hidden = false;
      field.setAttribute("aria-invalid", "true");
      field.focus();
    };
    put(
      dialog,
      el(
        "form",
        { method: "dialog", onsubmit: submit },
        el("div.dialog-head", {}, el("h2", {}, title)),
        el(
          "div.dialog-body",
          {},
          explain && el("p.second", {}, explain),
          chosen && el("div.field", {}, el("label", { for: "ask-choice" }, choice.label), chosen),
          el("div.field", {}, el("label", { for: "ask-text" }, label), field, error),
          suggestions.length > 0 &&
            el("div.suggestions", {}, suggestions.map((text) => el("button.button.small", { type: "button", onclick: () => (field.value = text, field.focus()) }, text))),
        ),
        el(
          "div.dialog-foot",
          {},
          el("button.button", { type: "button", onclick: () => leave(null) }, gettext("Back"), el("kbd", {}, "Esc")),
          el(harm ? "button.button.harm" : "button.button.primary", { type: "submit" }, verb, el("kbd", {}, "Enter")),
        ),
      ),
    );
    if (names) mentionField(field, names); // first, so that its Enter is not this one's
    field.addEventListener("keydown", (event) => {
      if (event.code === "Enter" && !event.shiftKey && !composing(event)) submit(event);
    });
    dialog.addEventListener("close", () => resolve(null), { once: true });
    dialog.showModal();
    (wrong ? field : chosen ?? field).focus();
  });
}

export async function askAndAct(dialog, question, act, given = null) {
  let key = newKey();
  let answer = given ?? (await ask(dialog, question));
  while (answer !== null) {
    const refused = await act(answer, key);
    if (!refused) return true;
    let wrong = refused.message;
    if (refused.code === "idempotency_key_reused") {
      // the first try had arrived after all, and other words were sent since: whoever sends these again wants both
      key = newKey();
      wrong = `${wrong} ${gettext("Send it again to have both.")}`;
    }
    answer = await ask(dialog, { ...question, value: answer, wrong });
  }
  return false;
}
