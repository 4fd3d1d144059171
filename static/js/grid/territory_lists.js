/* The lists beside the map: what the plan changes, what is wrong, which posts are vacant; each line leads to its place.
 * mountLists(root, state, map, attempt(promise)) — fills [data-list=changes|faults|vacant] and the counts in their tabs */

import { $, $$, el, redraw, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { faultText, kindText, size } from "./territory_words.js";

const MOST = 200;

export function mountLists(root, state, map, attempt) {
  const go = (key) => {
    state.select([key]);
    map.fit([key]);
  };

  function changes() {
    const rows = [...state.planned.values()];
    if (!state.plan) return el("p.hint", {}, gettext("No plan is open."));
    if (!rows.length) return el("p.hint", {}, gettext("The plan changes no grid yet."));
    return el("ul.rows", {}, rows.slice(0, MOST).map((row) => {
      const open = el("button.plain", { type: "button", "data-focus": row.key }, el("b", {}, row.code || gettext("New grid")), " ", el("span.tag", {}, kindText[row.kind]), el("span.number", {}, row.size ? size(row.size) : ""));
      open.addEventListener("click", () => go(row.key));
      const give = el("button.button.small", { type: "button", "data-focus": `leave-${row.key}`, hidden: !state.editable }, gettext("Leave as it is"));
      give.addEventListener("click", () => state.edit([], { drop: [row.key] }));
      return el("li", {}, open, give);
    }));
  }

  function faults() {
    if (!state.faults.length) return el("p.hint.good", {}, state.plan ? gettext("Nothing is wrong with what this plan changes.") : gettext("No gaps, no overlaps: the territory is whole."));
    return el("ul.rows", {}, state.faults.slice(0, MOST).map((fault) => {
      const open = el("button.plain", { type: "button", "data-focus": fault.name }, el("span.mark", { class: fault.blocking ? "blocking" : "meant", "aria-hidden": "true" }, fault.blocking ? "!" : "?"), faultText(fault));
      open.addEventListener("click", () => {
        state.select(fault.keys.filter((key) => state.shape(key)).slice(0, 1));
        map.showFault(fault);
      });
      return el("li", {}, open, mend(fault));
    }));
  }

  function mend(fault) {
    if (!state.editable) return null;
    if (fault.kind === "stale") {
      const button = el("button.button.small", { type: "button", "data-focus": `mend-${fault.name}` }, gettext("Take the present state as base"));
      button.addEventListener("click", () => state.edit([{ key: fault.keys[0], rebase: true }]));
      return button;
    }
    if (!fault.keep || !["gap", "overlap"].includes(fault.kind)) return null;
    const text = fault.kind === "gap" ? gettext("Give it to %(code)s") : gettext("Leave it to %(code)s");
    const button = el("button.button.small", { type: "button", "data-focus": `mend-${fault.name}`, title: gettext("The neighbour with the longest common border") }, fill(text, { code: fault.keep_code || gettext("the new grid") }));
    button.addEventListener("click", () => state.act("mend", { fault: fault.name }).catch(() => {}));
    return button;
  }

  const vacancies = () => state.keys().map((key) => state.shape(key)).filter((shape) => shape.vacant && !shape.removed);
  function vacant() {
    const rows = vacancies();
    if (!rows.length) return el("p.hint.good", {}, gettext("Every grid has a community officer."));
    return el("ul.rows", {}, rows.slice(0, MOST).map((shape) => {
      const open = el("button.plain", { type: "button", "data-focus": shape.key }, el("b", {}, shape.code || gettext("New grid")), ` ${shape.community}`);
      open.addEventListener("click", () => (go(shape.key), $("[data-tab=grid]", root).click()));
      return el("li", {}, open);
    }), rows.length > MOST ? el("li.hint", {}, fill(gettext("and %(n)s more"), { n: rows.length - MOST })) : null);
  }

  function draw() {
    redraw($("[data-list=changes]", root), changes());
    const whole = el("button.button.small", { type: "button", "data-focus": "whole", hidden: !state.plan }, gettext("Check the whole territory"));
    whole.addEventListener("click", () => attempt(state.open(state.plan.id, { whole: true })));
    redraw($("[data-list=faults]", root), faults(), whole);
    redraw($("[data-list=vacant]", root), vacant());
    const counts = { changes: state.planned.size, faults: state.faults.length, vacant: vacancies().length };
    for (const node of $$("[data-count]", root)) setText(node, counts[node.dataset.count] ? String(counts[node.dataset.count]) : "");
  }
  for (const name of ["plan", "territory"]) state.addEventListener(name, draw);
}
