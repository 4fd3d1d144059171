/* The wall screen: figures, the four hottest, the map, the stations. Nobody touches it, nothing scrolls, and no word a
 * caller said stands on it: an incident is its category, its station and its timer. */

import { $, $$, put, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { Live } from "../lib/live.js";
import { date, seconds, stamp } from "../lib/time.js";
import { BoardState } from "./board_state.js";
import { showProof } from "./panel_proof.js";
import { mountWallMap } from "./wall_map.js";
import { hotRows, stationTable } from "./wall_stations.js";
import { mountToday } from "./wall_today.js";

export function mount(root) {
  const config = JSON.parse($("#wall-config", root).textContent);
  const live = new Live({ socket: config.urls.socket, snapshot: config.urls.snapshot });
  const state = new BoardState(config, live);
  const bar = $("[data-line-bar]", root);
  const line = $("[data-line]", root);
  mountWallMap($("[data-canvas]", root), state);
  mountToday(root, config.urls.today);

  function showAge() {
    setText($("[data-clock]", root), stamp(live.now()));
    setText($("[data-date]", root), date(live.now()));
    const words = {
      loading: () => gettext("Connecting"),
      late: () => fill(gettext("Data %(n)s s old, reconnecting"), { n: Math.floor(live.age() / 1000) }),
      stale: () => gettext("No connection"),
      ended: () => gettext("Signed out"),
    };
    setText($("[data-age]", root), (words[live.mode] ?? (() => fill(gettext("Live · %(n)s s ago"), { n: seconds(live.age()) })))());
  }

  function showMode({ detail: { mode, made } }) {
    line.className = `wall-line ${mode}`;
    root.classList.toggle("stale", mode === "stale" || mode === "ended");
    bar.className = `wall-bar ${mode === "ended" ? "stale" : mode}`;
    bar.hidden = !["stale", "recovered", "ended"].includes(mode);
    const time = stamp(live.now() - live.age());
    if (mode === "stale") put(bar, fill(gettext("Display frozen at %(time)s. Use radio"), { time }));
    if (mode === "recovered") put(bar, fill(ngettext("Back. %(n)s update added", "Back. %(n)s updates added", made), { n: made }));
    if (mode === "ended") put(bar, fill(gettext("Your session has ended. The display stands at %(time)s. "), { time }), gettext("Sign in again"));
  }

  function show() {
    if (!live.loaded) return;
    const count = (name) => state.entries.filter(({ urgency }) => urgency.state === name).length;
    let free = 0;
    let onDuty = 0;
    for (const unit of live.units.values()) {
      if (unit.status !== "off_duty") onDuty += 1;
      if (unit.status === "free") free += 1;
    }
    const counts = { open: state.entries.length, late: count("late"), escalated: count("escalated"), free: `${free} / ${onDuty}` };
    for (const node of $$("[data-count]", root)) {
      const value = counts[node.dataset.count];
      setText(node, String(value));
      node.classList.toggle("none", value === 0);
      node.classList.toggle("long", String(value).length > 2);
    }
    put($("[data-hot]", root), hotRows(state));
    put($("[data-stations]", root), stationTable(state));
  }

  const { incidents, units } = live.proofs;
  for (const [panel, proofs] of [["left", [incidents]], ["map", [incidents, units]], ["stations", [incidents]]]) showProof($(`.wall-${panel}`, root), live, proofs);
  live.addEventListener("state", showMode);
  state.addEventListener("entries", show);
  setInterval(showAge, 200);
  live.start();
}
