/* The form of what is selected: names of a grid in a draft, who serves it, and the post handed over.
 * mountGrid(box, state, config) */

import { el, redraw } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { kindText } from "./territory_words.js";

const KIND = { community_officer: gettext("community officer"), auxiliary: gettext("auxiliary"), assistant: gettext("assistant") };

export function mountGrid(box, state, config) {
  const draw = () => redraw(box, content(), said);
  const said = el("p.territory-said", { role: "status" });

  function content() {
    const keys = [...state.selected];
    if (!keys.length) return el("p.hint", {}, state.editable ? gettext("Click a grid. Shift adds another, to join them.") : gettext("Click a grid to see who serves it. To change borders, begin or choose a plan above."));
    if (keys.length > 1) {
      return [el("h3", {}, fill(gettext("%(n)s grids selected"), { n: keys.length })), el("p.hint", {}, gettext("The first keeps its code and its people when they are joined.")), el("ol", {}, keys.map((key) => el("li", {}, state.shape(key).code || "—")))];
    }
    const shape = state.shape(keys[0]);
    const head = el("h3", {}, shape.code || gettext("New grid"), " ", el("span.tag", {}, kindText[shape.kind]));
    if (shape.removed) return [head, el("p.hint", {}, gettext("Retired by this plan. Incidents stay where they were counted."))];
    return [head, state.editable ? names(shape) : facts(shape), people(shape)];
  }

  const facts = (shape) =>
    el("dl.facts", {}, [
      [gettext("Station"), config.stations.find(({ code }) => code === shape.station)?.label ?? "—"],
      [gettext("Community"), shape.community],
      [gettext("Community code"), shape.community_code],
    ].map(([name, value]) => [el("dt", {}, name), el("dd", {}, value || "—")]));

  function names(shape) {
    const field = (name, label, length) => {
      const input = el("input", { name, "data-focus": name, value: shape[name], maxlength: length, autocomplete: "off", "aria-invalid": shape[name] ? null : "true" });
      input.addEventListener("change", () => state.edit([{ key: shape.key, [name]: input.value.trim() }]));
      return el("label.line", {}, el("span", {}, label), input);
    };
    const station = el("select", { name: "station", "data-focus": "station" }, el("option", { value: "" }, "—"), config.stations.map(({ code, label }) => el("option", { value: code, selected: code === shape.station }, label)));
    station.addEventListener("change", () => state.edit([{ key: shape.key, station: station.value }]));
    return el("div", {}, field("code", gettext("Code"), 30), el("label.line", {}, el("span", {}, gettext("Station")), station), field("community", gettext("Community"), 40), field("community_code", gettext("Community code"), 12));
  }

  // --- who serves it ------------------------------------------------------------------------------------------
  function people(shape) {
    const planned = state.editable && (shape.kind === "new" || state.planned.has(shape.key));
    const now = (shape.serving ?? (shape.kind === "new" ? [] : shape.people) ?? []).map(({ number }) => number);
    const serving = planned ? (shape.people ?? now) : now;
    const chosen = new Set(serving);
    const byNumber = new Map(state.people.map((person) => [person.number, person]));
    const list = el("ul.serving", {});
    const button = el("button.button.small", { type: "button", "data-focus": "hand-over", hidden: planned, disabled: true }, gettext("Hand over now"));
    const same = () => chosen.size === serving.length && serving.every((number) => chosen.has(number));

    function changed() {
      if (planned) return void state.edit([{ key: shape.key, people: [...chosen] }]);
      button.disabled = same();
      fillList();
    }
    function fillList() {
      const rows = [...chosen].map((number) => {
        const person = byNumber.get(number);
        const out = el("button.plain", { type: "button", "data-focus": `out-${number}`, title: gettext("Takes no part any more"), "aria-label": fill(gettext("Remove %(name)s"), { name: person?.name ?? number }) }, "×");
        out.addEventListener("click", () => (chosen.delete(number), changed()));
        return el("li", {}, el("span", {}, person?.name ?? number), el("span.quiet", {}, KIND[person?.kind] ?? ""), out);
      });
      const officer = [...chosen].some((number) => byNumber.get(number)?.kind === "community_officer");
      redraw(list, rows, officer ? null : el("li.missing", {}, gettext("No community officer: the post is vacant")));
    }

    const near = state.people.filter(({ organisation, number }) => organisation === shape.station && !chosen.has(number));
    const add = el("select", { "data-focus": "add", "aria-label": gettext("Add somebody") }, el("option", { value: "" }, gettext("Add somebody of the station")), near.map(({ number, name, kind }) => el("option", { value: number }, `${name} · ${KIND[kind]} · ${number}`)));
    add.addEventListener("change", () => add.value && (chosen.add(add.value), changed()));
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await state.handOver(shape.code, [...chosen]);
        said.textContent = fill(gettext("The post of %(code)s is handed over."), { code: shape.code });
        said.className = "territory-said ok";
      } catch (error) {
        said.textContent = error.message;
        said.className = "territory-said bad";
        button.disabled = false;
      }
    });
    fillList();
    const title = planned ? gettext("Served from the effect on by") : gettext("Served now by");
    return el("section.post", {}, el("h4", {}, title), list, add, button);
  }

  for (const name of ["select", "plan", "territory"]) {
    state.addEventListener(name, () => {
      if (name === "select") said.textContent = "";
      // what is being typed stays; the form follows when the field is left
      if (!(box.contains(document.activeElement) && document.activeElement.matches("input"))) draw();
    });
  }
  box.addEventListener("focusout", (event) => event.target.matches("input") && setTimeout(() => !box.contains(document.activeElement) && draw(), 300));
  draw();
}
