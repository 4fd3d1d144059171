/* The fields of the intake form: reading, writing, and what is wrong under each.
 * Form(form) — .values() → {category, priority, address, point, system, summary, caller_name, caller_phone} as typed
 *   .fill(values), .write(texts), .say(field, text | ""), .focusFirstError(), .focus(field), .missing(values), .warning(values, blank)
 *   .body(values) → what the API takes */

import { $, $$ } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { readPoint } from "./intake_point.js";

export const FIELDS = ["category", "priority", "address", "point", "system", "summary", "caller_name", "caller_phone"];
// Longer is said, never cut off: what was pasted stays to be shortened by who pasted it.
const LONGEST = { address: 200, summary: 2000, caller_name: 40, caller_phone: 60 };
const TEXTS = ["address", "point", "system", "summary", "caller_name", "caller_phone"];

export class Form {
  constructor(form) {
    this.form = form;
  }

  values() {
    const typed = Object.fromEntries(TEXTS.map((name) => [name, this.form.elements[name].value.trim()]));
    return {
      category: this.form.elements.category.value,
      priority: $("[name=priority]:checked", this.form)?.value ?? "",
      ...typed,
    };
  }

  /** Some of the texts; the others stay. */
  write(texts) {
    for (const [name, text] of Object.entries(texts)) this.form.elements[name].value = text;
  }

  fill(values) {
    this.write(Object.fromEntries(TEXTS.map((name) => [name, values[name] ?? ""])));
    this.form.elements.category.value = values.category ?? "";
    this.priority(values.priority ?? "");
  }

  priority(value) {
    for (const radio of $$("[name=priority]", this.form)) radio.checked = radio.value === String(value);
  }

  /** What still has to be written → {field: sentence}. */
  missing(values) {
    const wrong = {};
    if (!values.category) wrong.category = gettext("Choose a category: code, name or two letters of its pinyin.");
    if (!values.summary && !values.address) wrong.summary = gettext("Say what happened, or at least where.");
    if (values.point && !readPoint(values.point)) {
      wrong.point = gettext("These are not coordinates. Write latitude and longitude, such as 36.49, 117.85.");
    }
    for (const [name, most] of Object.entries(LONGEST)) {
      const { length } = [...(values[name] ?? "")];
      if (length > most) wrong[name] = fill(gettext("At most %(most)s characters; these are %(length)s."), { most, length });
    }
    return wrong;
  }

  /** What is said once though it can be filed so, or ""; `blank`: what is left open of a template. */
  warning({ point }, blank) {
    if (!point && blank) return fill(gettext("No point, so no station is told, and %(blank)s is not filled in. Save again to file it so."), { blank });
    if (!point) return gettext("Without a point no station is told, only the command centre. Save again to file it so.");
    return blank ? fill(gettext("%(blank)s is not filled in. Save again to file it so."), { blank }) : "";
  }

  body({ point, system, priority, ...values }) {
    return { ...values, ...(priority ? { priority: Number(priority) } : {}), ...(readPoint(point) ?? {}), ...(system ? { system } : {}) };
  }

  control(field) {
    const name = { lat: "point", lon: "point" }[field] ?? field;
    if (name === "category") return $("[role=combobox]", this.form) ?? this.form.elements.category;
    if (name === "priority") return $("[name=priority]:checked", this.form) ?? $("[name=priority]", this.form);
    return FIELDS.includes(name) ? this.form.elements[name] : null;
  }

  /** Writes `text` under the field; an empty one clears it. → false where there is no such field. */
  say(field, text) {
    const control = this.control(field);
    const line = control && $(".error", control.closest(".field"));
    if (!line) return false;
    line.textContent = text;
    line.hidden = !text;
    line.id ||= `intake-${field}-error`;
    for (const [name, value] of [["aria-invalid", "true"], ["aria-describedby", line.id]]) {
      if (text) control.setAttribute(name, value);
      else control.removeAttribute(name);
    }
    return true;
  }

  clear() {
    for (const field of FIELDS) this.say(field, "");
  }

  focus(field) {
    this.control(field)?.focus();
  }

  focusFirstError() {
    const wrong = $("[aria-invalid=true]", this.form);
    wrong?.focus();
    return Boolean(wrong);
  }
}
