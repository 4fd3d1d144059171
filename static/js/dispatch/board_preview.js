/* Before you send: what the ticked units would uncover, and whom to send instead.
 * mountPreview(root, state) — one line above the main button; `state.uncovered` Set(grid code) for the map */

import { el, put } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { urls } from "./board_api.js";

const WAIT_MS = 250;

export function mountPreview(root, state) {
  let timer = 0;
  let asked = "";
  state.uncovered = new Set();

  function clear() {
    put(root);
    root.hidden = true;
    if (!state.uncovered.size) return;
    state.uncovered = new Set();
    state.dispatchEvent(new CustomEvent("uncovered"));
  }

  function later() {
    clearTimeout(timer);
    const units = [...state.ticked];
    const key = `${state.selected}:${units.join(",")}`;
    if (!units.length || !state.current || !state.config.may.dispatch) {
      asked = "";
      return clear();
    }
    if (key === asked) return;
    asked = key;
    timer = setTimeout(load, WAIT_MS, key, state.selected, units);
  }

  async function load(key, number, units) {
    let found;
    try {
      found = await get(urls.preview(number, units));
    } catch (error) {
      if (!error.code) throw error;
      if (key === asked) clear(); // a preview that can't be had must not stand in the way of sending
      return;
    }
    if (key !== asked) return;
    root.hidden = false;
    put(root, words(found));
    state.uncovered = new Set(found.grids.map(({ grid }) => grid));
    state.dispatchEvent(new CustomEvent("uncovered"));
  }

  function words({ uncovered, grids, alternative }) {
    if (!uncovered) return [el("span.second", {}, gettext("Uncovers nothing"))];
    const count = fill(ngettext("Uncovers %(n)s grid", "Uncovers %(n)s grids", uncovered), { n: uncovered });
    const worst = grids[0];
    const where = fill(gettext("%(station)s, %(community)s: %(before)s → %(after)s"), {
      station: state.config.organisations[worst.station] ?? "",
      community: worst.community,
      before: minutes(worst.before),
      after: minutes(worst.after),
    });
    return [el("span", {}, el("b", {}, count), " ", el("span.second", {}, where)), alternative && instead(alternative)];
  }

  function instead({ instead_of: leaving, unit, call_sign: name, minutes: n, uncovered }) {
    const text = fill(uncovered ? gettext("Instead %(unit)s, %(n)s min, uncovers %(count)s") : gettext("Instead %(unit)s, %(n)s min, uncovers none"), { unit: name, n, count: uncovered });
    const take = () => {
      state.tick(leaving, false);
      state.tick(unit, true);
    };
    return el("button.button.small", { type: "button", onclick: take }, text);
  }

  const minutes = (band) => (band === null ? gettext("over 10 min") : fill(gettext("%(n)s min"), { n: band }));

  for (const event of ["tick", "select"]) state.addEventListener(event, later);
  clear();
}
