/* The form's own keys: Enter goes on to the next field and saves only from the last, 1–4 set the priority, Esc closes.
 * bindForm(root, form, {known() → the place is known, priority(level), save(), close(), join(index), template(index)}) */

import { composing } from "../lib/keys.js";
import { TEMPLATE_KEYS } from "./intake_template.js";

const ORDER = ["address", "point", "summary", "caller_name", "caller_phone"];

export function bindForm(root, form, { known, priority, save, close, join, template }) {
  // what is typed here is the form's alone: no letter or arrow may reach the keys of the page below
  root.addEventListener("keydown", (event) => !event.ctrlKey && !event.metaKey && !/^F\d/.test(event.code) && event.stopPropagation());

  function next(target) {
    if (target.matches("[data-combobox]")) return form.focus("priority");
    if (target.name === "priority") return form.focus("address");
    const index = ORDER.indexOf(target.name);
    if (index === ORDER.length - 1) return save();
    const name = ORDER[index + 1];
    return form.focus(name === "point" && known() ? "summary" : name);
  }

  form.form.addEventListener("keydown", (event) => {
    const { target } = event;
    if (composing(event)) return;
    if (event.altKey && /^Digit[1-3]$/.test(event.code)) {
      event.preventDefault();
      return void join(Number(event.code.at(-1)) - 1);
    }
    if (event.altKey && TEMPLATE_KEYS.includes(event.code)) {
      event.preventDefault();
      return void template(TEMPLATE_KEYS.indexOf(event.code));
    }
    if (event.altKey) return;
    if (event.key === "Escape" && close) {
      event.preventDefault();
      close();
    } else if (target.name === "priority" && /^[1-4]$/.test(event.key)) {
      event.preventDefault();
      priority(event.key);
      form.focus("address");
    } else if (event.key === "Enter" && !event.ctrlKey && target.matches("input")) {
      event.preventDefault();
      next(target);
    }
  });
}
