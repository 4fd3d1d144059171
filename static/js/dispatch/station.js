/* The station's page: a desk on wide screens, one card and one button on a phone; one live client for both.
 * mount(root): #board-config holds names, rights and addresses (dispatch/views/station.py) */

import { $ } from "../lib/dom.js";
import { Live } from "../lib/live.js";
import { BoardState } from "./board_state.js";
import { mountCrew } from "./station_crew.js";
import { mountDesk } from "./station_desk.js";

export function mount(root) {
  const config = JSON.parse($("#board-config", root).textContent);
  const live = new Live({ socket: config.urls.socket, snapshot: config.urls.snapshot });
  const state = new BoardState(config, live);
  const phone = matchMedia("(max-width: 760px)");
  const mounted = new Set();

  /** Turning a tablet may need the other one: each is mounted once, when it is first seen. */
  function mountSeen() {
    const name = phone.matches ? "crew" : "desk";
    if (mounted.has(name)) return;
    mounted.add(name);
    if (name === "crew") mountCrew($("[data-crew]", root), state, $("[data-dialog]", root));
    else mountDesk(root, state);
  }

  mountSeen();
  phone.addEventListener("change", mountSeen);
  document.addEventListener("visibilitychange", () => !document.hidden && state.refresh());
  live.start();
}
