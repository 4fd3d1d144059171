/* The editor of the territory: map, one plan, and the forms beside it. mount(root) */

import { $, $$, el, put, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { bind } from "../lib/keys.js";
import { hourMinute } from "../lib/time.js";
import { Draw } from "./territory_draw.js";
import { mountEffect } from "./territory_effect.js";
import { mountGrid } from "./territory_grid.js";
import { mountImport } from "./territory_import.js";
import { mountLists } from "./territory_lists.js";
import { TerritoryMap } from "./territory_map.js";
import { boxOf, nextCode } from "./territory_shape.js";
import { TerritoryState } from "./territory_state.js";
import { stateText, when } from "./territory_words.js";

export async function mount(root) {
  const config = JSON.parse($("#territory-config").textContent);
  const state = new TerritoryState(config);
  const map = new TerritoryMap($("[data-territory-map]", root), state, config);
  const draw = new Draw(map, state);
  const said = $("[data-said]", root);
  const saved = $("[data-saved]", root);
  const chooser = $("[data-plan]", root);

  const say = (text, bad = false) => {
    setText(said, text);
    said.classList.toggle("bad", bad);
  };
  const attempt = (promise) => promise.catch((error) => say(error.message, true));

  mountGrid($("[data-panel=grid]", root), state, config);
  mountLists(root, state, map, attempt);
  mountEffect($("[data-panel=effect]", root), state);
  const openImport = mountImport($("[data-import]", root), state, map, config);

  // --- plans --------------------------------------------------------------------------------------------------
  function choices() {
    const label = (plan) => [plan.title, stateText[plan.state], plan.state === "scheduled" ? when(plan.effective_at) : ""].filter(Boolean).join(" · ");
    put(chooser, el("option", { value: "" }, gettext("The territory as it is")), state.plans.map((plan) => el("option", { value: plan.id, selected: plan.id === state.plan?.id }, label(plan))));
  }
  chooser.addEventListener("change", () => attempt(state.open(chooser.value ? Number(chooser.value) : null)));

  const starter = $("[data-starter]", root);
  $("[data-act=begin]", root).addEventListener("click", () => {
    starter.hidden = false;
    starter.elements.title.focus();
  });
  starter.addEventListener("submit", async (event) => {
    event.preventDefault();
    const title = starter.elements.title.value.trim();
    if (!title) return starter.elements.title.focus();
    try {
      await state.create(title);
      starter.reset();
      starter.hidden = true;
      say(gettext("The draft is open. Choose a grid, or draw a new one."));
    } catch (error) {
      say(error.message, true);
    }
  });
  starter.addEventListener("keydown", (event) => event.key === "Escape" && (starter.hidden = true));

  // --- tools ------------------------------------------------------------------------------------------------------
  async function cut({ line }) {
    const grid = state.only;
    try {
      const plan = await state.act("split", { grid, line });
      const made = state.shape(plan.made);
      say(fill(gettext("Cut: %(old)s keeps the larger part; %(new)s is new, its post is vacant."), { old: state.shape(grid).code, new: made.code }));
      state.select([plan.made]);
      show("grid");
    } catch (error) {
      say(error.message, true);
    }
  }

  function drawn({ boundary, beside }) {
    const neighbour = state.shape(beside) ?? nearest(boundary);
    const key = `n${crypto.getRandomValues(new Uint32Array(2)).reduce((text, part) => text + part.toString(36), "")}`;
    const { station = "", community = "", community_code = "" } = neighbour ?? {};
    const code = neighbour ? nextCode(neighbour.code, state.codes()) : "";
    state.edit([{ key, boundary, code, station, community, community_code, people: [] }]);
    state.select([key]);
    show("grid");
    $("[data-panel=grid] input[name=code]", root)?.select();
  }

  function nearest(boundary) {
    const middle = (box) => [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    const [x, y] = middle(boxOf(boundary));
    let best = [Infinity, null];
    for (const shape of state.base.values()) {
      const [sx, sy] = middle(boxOf(shape.boundary));
      const away = Math.hypot(sx - x, sy - y);
      if (away < best[0]) best = [away, shape];
    }
    return best[1];
  }

  function split() {
    if (!state.only) return say(gettext("Choose the grid to cut first."), true);
    draw.start("split");
    say(gettext("Draw the line from border to border; Enter or a double click cuts."));
  }

  function area() {
    draw.start("area");
    say(gettext("Set the corners; Enter or a double click closes. It snaps to the neighbours, Alt does not."));
  }

  async function merge() {
    const grids = [...state.selected];
    if (grids.length < 2) return say(gettext("Choose two grids or more: click, then Shift and click."), true);
    await attempt(state.act("merge", { grids }).then(() => {
      state.select([grids[0]]);
      say(fill(gettext("Joined into %(code)s."), { code: state.shape(grids[0]).code }));
    }));
  }

  function retire() {
    const keys = [...state.selected];
    if (!keys.length) return say(gettext("Choose the grids to retire first."), true);
    state.edit(keys.filter((key) => state.base.has(key)).map((key) => ({ key, removed: true })), { drop: keys.filter((key) => !state.base.has(key)) });
    state.select([]);
    say(gettext("Retired in this plan. Ctrl+Z brings it back."));
  }

  const tools = { split, area, merge, retire, undo: () => state.undo(), redo: () => state.redo(), import: openImport, whole: () => map.whole() };
  for (const button of $$("[data-tool]", root)) button.addEventListener("click", () => tools[button.dataset.tool]());
  draw.addEventListener("line", ({ detail }) => cut(detail));
  draw.addEventListener("area", ({ detail }) => drawn(detail));
  map.addEventListener("choose", ({ detail: { key, many } }) => {
    if (draw.tool) return;
    const now = [...state.selected];
    if (!many) state.select([key]);
    else state.select(state.selected.has(key) ? now.filter((one) => one !== key) : [...now, key]);
    show("grid");
  });

  function states() {
    const one = Boolean(state.only);
    const open = state.editable;
    const can = { split: open && one, area: open, merge: open && state.selected.size > 1, retire: open && state.selected.size > 0, undo: open && state.past.length, redo: open && state.future.length, import: true, whole: true };
    for (const button of $$("[data-tool]", root)) {
      button.disabled = !can[button.dataset.tool];
      if (button.dataset.tool === "split" || button.dataset.tool === "area") button.setAttribute("aria-pressed", draw.tool === button.dataset.tool);
    }
  }

  const whenDrafting = (run) => () => {
    if (state.editable) return void run();
    say(state.plan ? gettext("Only a draft can be changed.") : gettext("Begin a draft, or open one, first."), true);
  };
  bind([
    { id: "split", code: "KeyX", text: gettext("Cut in two"), group: "territory", run: whenDrafting(split) },
    { id: "area", code: "KeyD", text: gettext("Draw a grid"), group: "territory", run: whenDrafting(area) },
    { id: "merge", code: "KeyM", text: gettext("Join"), group: "territory", run: whenDrafting(merge) },
    { id: "retire", code: "Delete", text: gettext("Retire"), group: "territory", run: whenDrafting(retire) },
    { id: "undo", code: "KeyZ", ctrl: true, text: gettext("Undo"), group: "territory", run: () => state.undo() },
    { id: "redo", code: "KeyY", ctrl: true, text: gettext("Redo"), group: "territory", run: () => state.redo() },
    { id: "finish", code: "Enter", text: gettext("Finish"), group: "territory", run: () => (draw.tool ? draw.finish() : false) },
    { id: "cancel", code: "Escape", text: gettext("Cancel"), group: "territory", run: () => draw.cancel() || (state.selected.size ? state.select([]) : false) },
    { id: "whole", code: "Digit0", text: gettext("Whole"), group: "territory", run: () => map.whole() },
  ]);

  // --- the panel ------------------------------------------------------------------------------------------------
  const tabs = $$("[data-tab]", root);
  function show(name) {
    for (const tab of tabs) tab.setAttribute("aria-pressed", tab.dataset.tab === name);
    for (const panel of $$("[data-panel]", root)) panel.hidden = panel.dataset.panel !== name;
  }
  for (const tab of tabs) tab.addEventListener("click", () => show(tab.dataset.tab));

  let shown = "";
  state.addEventListener("plan", () => {
    choices();
    states();
    const now = `${state.plan?.id} ${state.plan?.state}`;
    if (now === shown) return;
    shown = now;
    say("");
    if (state.planned.size && !state.selected.size) map.fit([...state.planned.keys()]);
  });
  state.addEventListener("select", states);
  draw.addEventListener("tool", states);
  state.addEventListener("saved", ({ detail }) => {
    const words = {
      saving: gettext("Saving…"),
      saved: fill(gettext("Saved %(at)s"), { at: hourMinute(Date.now()) }),
      waiting: gettext("Not saved yet: no answer, trying again"),
      signed_out: gettext("Not saved yet: your session has ended. "),
      refused: gettext("Not saved: the plan is shown as the server holds it"),
    };
    // in another tab: what is not saved yet stays here and goes on by itself
    const link = detail.state === "signed_out" && el("a", { href: location.href, target: "_blank", rel: "noopener" }, gettext("Sign in again"));
    if (!link || !$("a", saved)) put(saved, words[detail.state], link);
    saved.classList.toggle("bad", !["saving", "saved"].includes(detail.state));
    saved.classList.toggle("ok", detail.state === "saved");
  });
  state.addEventListener("failed", ({ detail }) => say(detail.message, true));
  addEventListener("beforeunload", (event) => state.unsaved && event.preventDefault());

  try {
    await state.start();
    map.whole();
    const wanted = new URLSearchParams(location.search);
    if (wanted.get("plan")) await attempt(state.open(Number(wanted.get("plan"))));
    const grid = wanted.get("grid") && state.keys().find((key) => state.shape(key).code === wanted.get("grid"));
    if (grid) {
      state.select([grid]);
      map.fit([grid]);
    }
    root.dataset.ready = "1";
  } catch (error) {
    say(error.message, true);
  }
  states();
}
