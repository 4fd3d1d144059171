/* Tabs, filters and their removable chips over the queue.
 * mountTabs(root, state) */

import { $, $$, el, put, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { STATE_TEXT } from "../lib/urgency.js";

export function mountTabs(root, state) {
  const { config } = state;
  const chips = $("[data-filter-chips]", root);
  const groups = new Map(Object.values(config.categories).map(({ group, group_label }) => [group, group_label]));
  const fields = [
    ["station", gettext("Station"), config.stations.map(({ code, label }) => [code, label])],
    ["group", gettext("Category"), [...groups]],
    ["state", gettext("State"), ["escalated", "late", "soon", "calm"].map((name) => [name, STATE_TEXT[name]])],
  ];

  put(
    $("[data-filter-box]", root),
    fields.map(([name, text, options]) =>
      el(
        "label.field",
        {},
        el("span.label", {}, text),
        el(
          "select",
          { name, onchange: ({ target }) => state.filter({ [name]: target.value }) },
          el("option", { value: "" }, gettext("All")),
          options.map(([value, label]) => el("option", { value }, label)),
        ),
      ),
    ),
  );

  function showFilters() {
    const set = fields.filter(([name]) => state.filters[name]);
    chips.hidden = set.length === 0;
    put(
      chips,
      set.map(([name, text, options]) => {
        const label = new Map(options).get(state.filters[name]);
        const remove = () => state.filter({ [name]: "" });
        return el("button.chip.filter", { type: "button", onclick: remove, title: gettext("Remove this filter") }, `${text}: ${label}`, el("span", { "aria-hidden": "true" }, "×"));
      }),
    );
    for (const [name] of fields) $(`select[name=${name}]`, root).value = state.filters[name];
    for (const tab of $$("[data-tab]", root)) tab.setAttribute("aria-pressed", tab.dataset.tab === state.tab);
  }

  function showCounts() {
    setText($("[data-total]", root), state.live.loaded ? String(state.entries.length) : "");
    for (const name of ["unclaimed", "mine"]) {
      const count = state.entries.filter(({ row }) => state.inTab(name, row)).length;
      setText($(`[data-tab=${name}] span`, root), String(count));
    }
  }

  $("[data-tabs]", root).addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (tab) state.show(tab.dataset.tab);
  });
  state.addEventListener("filter", showFilters);
  state.addEventListener("entries", showCounts);
}
