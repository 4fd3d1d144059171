/* A warning about a place, entered and withdrawn.
 * enterHazard(dialog, {lat, lon, address}) → Promise<true once it is entered | false when left>
 * withdrawHazard(dialog, hazard) → Promise<true | false>
 * What is refused stands there again, also after it was left and once nothing else stands in the dialog. */

import { $, el, put } from "../lib/dom.js";
import { post } from "../lib/http.js";
import { gettext } from "../lib/i18n.js";
import { ZONE } from "../lib/time.js";
import { askAndAct, whenFree } from "./board_ask.js";

const KINDS = [
  ["access", gettext("Narrow or blocked way in")],
  ["stairs", gettext("Things piled in the stairwell")],
  ["gas", gettext("Gas")],
  ["electricity", gettext("Electricity")],
  ["chemicals", gettext("Dangerous goods")],
  ["height", gettext("Height, edge or shaft")],
  ["water", gettext("Deep water")],
  ["dog", gettext("Dog")],
  ["step_free", gettext("Step-free way in")],
];
const USUAL_DAYS = 180;
const LONGEST_DAYS = 365;

const day = (ahead) => new Date(Date.now() + ahead * 86_400_000).toLocaleDateString("sv-SE", { timeZone: ZONE });

export function enterHazard(dialog, place) {
  return new Promise((resolve) => {
    let busy = false;
    const field = (name, label, control) => {
      const error = el("p.error", { role: "alert", id: `hazard-${name}-error`, hidden: true });
      control.setAttribute("aria-describedby", error.id);
      return el("div.field", {}, el("label", { for: `hazard-${name}` }, label), control, error);
    };
    const line = (name, maxlength) => el("input", { id: `hazard-${name}`, name, type: "text", maxlength, autocomplete: "off" });
    const form = el(
      "form",
      { method: "dialog", onsubmit: save },
      el("div.dialog-head", {}, el("h2", {}, gettext("Warn about this place"))),
      el(
        "div.dialog-body",
        {},
        el("p.second", {}, gettext("About the place, never about a person. Everybody who is sent here reads it.")),
        field("kind", gettext("What it is"), el("select", { id: "hazard-kind", name: "kind" }, KINDS.map(([value, text]) => el("option", { value }, text)))),
        field("text", gettext("What to know"), line("text", 100)),
        field("reason", gettext("How it is known"), line("reason", 200)),
        field("valid_until", gettext("Valid until"), el("input", { id: "hazard-valid_until", name: "valid_until", type: "date", value: day(USUAL_DAYS), min: day(0), max: day(LONGEST_DAYS) })),
        el("p.error-line", { role: "alert", hidden: true }),
      ),
      el(
        "div.dialog-foot",
        {},
        el("button.button", { type: "button", onclick: () => dialog.close() }, gettext("Back"), el("kbd", {}, "Esc")),
        el("button.button.primary", { type: "submit" }, gettext("Enter the warning"), el("kbd", {}, "Enter")),
      ),
    );

    async function save(event) {
      event.preventDefault();
      if (busy) return;
      busy = true;
      const typed = Object.fromEntries(["kind", "text", "reason", "valid_until"].map((name) => [name, form.elements[name].value.trim()]));
      try {
        await post("/api/hazards/", { ...typed, ...place });
      } catch (error) {
        if (!error.code) throw error;
        if (left()) await whenFree(dialog, show);
        return tell(error);
      } finally {
        busy = false;
      }
      if (!left()) dialog.close();
      resolve(true);
    }

    /** Whoever went on meanwhile may have another question in the dialog by now. */
    const left = () => !dialog.open || !form.isConnected;

    function tell({ fields, message }) {
      const general = $(".error-line", form);
      let told = false;
      for (const control of form.querySelectorAll("[name]")) {
        const text = (fields[control.name] ?? []).join(" ");
        const under = $(".error", control.closest(".field"));
        under.textContent = text;
        under.hidden = !text;
        control.setAttribute("aria-invalid", String(Boolean(text)));
        if (text && !told) control.focus();
        told ||= Boolean(text);
      }
      general.hidden = told;
      general.textContent = told ? "" : message;
    }

    function show() {
      put(dialog, form);
      dialog.addEventListener("close", () => busy || resolve(false), { once: true }); // what is under way is still told
      dialog.showModal();
    }

    show();
    form.elements.kind.focus();
  });
}

export function withdrawHazard(dialog, { id, kind_label: kind, text }) {
  const question = { title: gettext("Withdraw the warning"), explain: `${kind}: ${text}`, label: gettext("Reason"), verb: gettext("Withdraw"), harm: true };
  return askAndAct(dialog, question, async (reason) => {
    try {
      await post(`/api/hazards/${id}/withdraw/`, { reason });
      return null;
    } catch (error) {
      if (!error.code) throw error;
      return error;
    }
  });
}
