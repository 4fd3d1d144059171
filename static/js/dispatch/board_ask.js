/* A question before harm: cancel, invalidate, recall, reveal, close. One dialog, one field, a verb that names the result.
 * ask(dialog, {title, explain, label, verb, suggestions, harm, required = true}) → Promise(text | null when left)
 *   `names`: the API's names of the incident, offered after `@`; `value` and `wrong`: what was typed and why it was refused
 *   with `choice: {label, options: [[value, text]…]}` a list stands above the field → Promise({choice, text} | null) */

import { el, put } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { mentionField } from "./mention_field.js";

export function ask(dialog, { title, explain, label, verb, suggestions = [], harm = false, required = true, choice = null, names = "", value = "", wrong = "" }) {
  return new Promise((resolve) => {
    const field = el("textarea", { name: "text", maxlength: 200, rows: 2, id: "ask-text", "aria-invalid": wrong ? "true" : null });
    field.value = value;
    const error = el("p.error-line", { hidden: !wrong, role: "alert" }, wrong || gettext("A reason is needed"));
    const chosen = choice && el("select", { id: "ask-choice", name: "choice" }, choice.options.map(([value, text]) => el("option", { value }, text)));
    const leave = (said) => {
      resolve(chosen && said !== null ? { choice: chosen.value, text: said } : said);
      dialog.close();
    };
    const submit = (event) => {
      event?.preventDefault();
      const text = field.value.trim();
      if (text || !required) return leave(text);
      error.textContent = gettext("A reason is needed");
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
      if (event.code === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
    });
    dialog.addEventListener("close", () => resolve(null), { once: true });
    dialog.showModal();
    (chosen ?? field).focus();
  });
}
