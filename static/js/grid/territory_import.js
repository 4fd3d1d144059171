/* Importing a file: chosen, read by the server, shown on the map with what it would change, then put into the open draft.
 * mountImport(dialog, state, map, {api}) → open() */

import { $, el, redraw } from "../lib/dom.js";
import { upload } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";

const FIELDS = { code: gettext("Code of the grid"), station: gettext("Station"), community: gettext("Community"), community_code: gettext("Community code") };
const COUNTS = { new: gettext("new"), changed: gettext("changed"), unchanged: gettext("unchanged"), removed: gettext("retired"), repaired: gettext("made simple"), problems: gettext("not usable") };

export function mountImport(dialog, state, map, { api }) {
  const body = $("[data-import-body]", dialog);
  const form = $("form", dialog);
  const take = $("[data-import-take]", dialog);
  const said = $("[data-import-said]", dialog);
  let look = null;
  let reading = null;

  const file = () => form.elements.file.files[0];
  const fields = () => {
    const columns = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, form.elements[`column-${name}`]?.value ?? ""]));
    return {
      system: form.elements.system.value,
      layer: look ? (form.elements.layer?.value ?? "") : "",
      columns: look ? JSON.stringify(columns) : "",
      retire: form.elements.retire?.checked ?? false,
      repair: form.elements.repair?.checked ?? false,
      skip: form.elements.skip?.checked ?? false,
    };
  };

  async function read() {
    if (!file()) return;
    say(gettext("Reading…"));
    take.disabled = true;
    const mine = (reading = Symbol("reading"));
    try {
      const found = await upload(`${api}import/`, file(), { fields: fields() });
      if (reading !== mine) return;
      look = found;
      map.preview([...look.rows, ...look.problems]);
      say("");
    } catch (error) {
      if (reading !== mine) return;
      if (error.code !== "column_missing") look = null;
      map.preview(null);
      say(error.message, true);
    }
    draw();
  }

  const say = (text, bad = false) => {
    said.textContent = text;
    said.className = `territory-said ${bad ? "bad" : ""}`;
  };

  function draw() {
    const usable = look?.counts && look.counts.new + look.counts.changed + look.counts.removed > 0;
    take.disabled = !usable || !state.editable || (look.counts.problems > 0 && !(form.elements.skip?.checked ?? false));
    if (!look) return redraw(body);
    const option = (value, text, chosen) => el("option", { value, selected: value === chosen }, text);
    const check = (name, text, on) => el("label.check", {}, el("input", { type: "checkbox", name, "data-focus": name, checked: on }), text);
    const kept = fields();
    redraw(
      body,
      el("p.hint", {}, fill(gettext("%(format)s, %(count)s shapes, coordinates %(crs)s"), { format: look.format, count: look.count, crs: form.elements.system.selectedOptions[0].value ? form.elements.system.selectedOptions[0].text : look.crs || "—" })),
      look.counts ? el("ul.counts", {}, Object.entries(COUNTS).map(([name, text]) => el("li", { class: name === "problems" && look.counts[name] ? "bad" : "" }, el("b", {}, String(look.counts[name])), ` ${text}`))) : null,
      look.layers.length > 1 ? el("label.line", {}, el("span", {}, gettext("Layer")), el("select", { name: "layer", "data-focus": "layer" }, look.layers.map((name) => option(name, name, look.layer)))) : null,
      Object.entries(FIELDS).map(([name, text]) =>
        el("label.line", {}, el("span", {}, text), el("select", { name: `column-${name}`, "data-focus": name }, option("", name === "code" ? gettext("choose a column") : gettext("leave as it is"), look.chosen[name]), look.columns.map((column) => option(column, sample(column), look.chosen[name])))),
      ),
      check("retire", gettext("Retire grids that the file lacks"), kept.retire),
      check("repair", gettext("Make borders simple that cross themselves"), kept.repair),
      look.problems.length ? el("ul.rows.problems", {}, look.problems.slice(0, 30).map(({ code, what }) => el("li", {}, el("b", {}, code || "—"), ` ${what}`))) : null,
      look.problems.length ? check("skip", gettext("Leave out what is not usable"), kept.skip) : null,
      state.editable ? null : el("p.bad", {}, gettext("To take it over, begin or open a draft first.")),
    );
  }
  const sample = (column) => {
    const value = look.sample.map((row) => row[column]).find(Boolean);
    return value ? `${column} · ${value.slice(0, 24)}` : column;
  };

  form.addEventListener("change", ({ target }) => {
    if (target.name === "skip") return draw();
    if (target.name === "file") look = null;
    read();
  });
  take.addEventListener("click", async () => {
    take.disabled = true;
    say(gettext("Taking it over…"));
    try {
      await state.queue;
      const plan = await upload(`${api}plans/${state.plan.id}/import/`, file(), { fields: { ...fields(), version: state.plan.version } });
      state.adopt(plan);
      close();
    } catch (error) {
      say(error.message, true);
      take.disabled = false;
    }
  });
  const close = () => {
    map.preview(null);
    dialog.close();
  };
  dialog.addEventListener("close", () => {
    reading = null;
    map.preview(null);
  });
  $("[data-import-close]", dialog).addEventListener("click", close);

  return () => {
    look = reading = null;
    form.reset();
    say("");
    draw();
    dialog.show(); // beside the map, not over it
    form.elements.file.focus();
  };
}
