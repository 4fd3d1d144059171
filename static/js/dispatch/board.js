/* The live board: builds the panels around one live client and one state, and opens the line. */

import { $, setText } from "../lib/dom.js";
import { Live } from "../lib/live.js";
import { mountActs } from "./board_acts.js";
import { mountAlarms } from "./board_alarms.js";
import { mountCommand } from "./board_command.js";
import { mountDetail } from "./board_detail.js";
import { mountHead } from "./board_head.js";
import { bindKeys } from "./board_keys.js";
import { mountList } from "./board_list.js";
import { mountMap } from "./board_map.js";
import { mountPreview } from "./board_preview.js";
import { BoardState } from "./board_state.js";
import { mountTabs } from "./board_tabs.js";
import { mountMentions } from "./mention_list.js";

export function mount(root) {
  const config = JSON.parse($("#board-config", root).textContent);
  const live = new Live({ socket: config.urls.socket, snapshot: config.urls.snapshot });
  const state = new BoardState(config, live);
  live.start(); // the line opens while the panels are built; what comes over it waits for them
  const dialog = $("[data-dialog]", root);

  const head = mountHead(root, state);
  mountTabs($("[data-queue]", root), state);
  const list = mountList($("[data-queue]", root), state);
  const map = mountMap($("[data-ground]", root), state, (why) => acts.refuse(why));
  const acts = mountActs($("[data-acts]", root), dialog, state, $("[data-status]", root));
  const detail = mountDetail($("[data-detail]", root), state, acts, dialog);
  mountPreview($("[data-preview]", root), state);
  const alarms = mountAlarms(root, state);
  const command = mountCommand(root, state, acts);
  const mentions = mountMentions($("[data-mentions]", root), dialog, state);
  bindKeys(root, state, { list, map, acts, near: detail.near, place: detail.place, alarms, command, mentions, health: head.health });

  const sound = $("[data-sound-state]", root);
  setInterval(() => setText(sound, alarms.describe()), 1000);
  sound.addEventListener("click", () => alarms.silence());
  $("[data-detail]", root).addEventListener("click", (event) => {
    if (event.target.closest("[data-act=reveal]")) acts.reveal();
  });

  document.addEventListener("intake:filed", ({ detail: { number, row } }) => {
    if (row) live.act(row); // none for a caller who was joined: the event brings it
    state.touch(number);
    state.refresh();
    state.select(number);
  });

  // the first look: the most urgent incident is open, so the right column is never empty without a reason
  state.addEventListener("entries", function first() {
    if (!state.entries.length) return;
    state.removeEventListener("entries", first);
    const asked = location.hash.slice(1); // "Show on the board" of an incident's page
    if (!state.selected) state.select(state.entry(asked) ? asked : state.entries[0].row.number);
  });
  document.addEventListener("visibilitychange", () => !document.hidden && state.refresh());
}
