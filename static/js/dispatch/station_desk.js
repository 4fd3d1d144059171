/* The station's desk: queue, forces, ground and one incident in detail, by the same pieces as the board.
 * mountDesk(root, state) */

import { $, setText } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { bind } from "../lib/keys.js";
import { audible } from "../lib/preference.js";
import { play } from "../lib/sound.js";
import { mountActs } from "./board_acts.js";
import { mountAlarms } from "./board_alarms.js";
import { mountDetail } from "./board_detail.js";
import { mountHead } from "./board_head.js";
import { mountMentions } from "./mention_list.js";
import { showProof } from "./panel_proof.js";
import { StationMap } from "./station_map.js";
import { mountQueue } from "./station_queue.js";
import { mountUnits } from "./station_units.js";
import { ownUnit } from "./station_work.js";

export function mountDesk(root, state) {
  const { live } = state;
  const head = mountHead(root, state);
  const dialog = $("[data-dialog]", root);
  const acts = mountActs($("[data-acts]", root), dialog, state, $("[data-status]", root));
  const queue = mountQueue($("[data-queue]", root), state, acts);
  const detail = mountDetail($("[data-detail]", root), state, acts, dialog);
  mountUnits($("[data-units]", root), state, acts);
  new StationMap($("[data-station-map]", root), state, { focus: () => [] });
  for (const [panel, proof] of [["queue", live.proofs.incidents], ["forces", live.proofs.units]]) {
    const box = $(`.${panel}`, root);
    showProof(box, live, [proof], { line: $("[data-proof]", box), strip: $("[data-proof-strip]", box) });
  }
  const alarms = mountAlarms(root, state);
  const mentions = mountMentions($("[data-mentions]", root), dialog, state);

  const key = (id, code, text, run, more = {}) => ({ id, code, text, run, group: "station", ...more });
  bind([
    key("up", "ArrowUp", gettext("Previous incident"), () => queue.step(-1), { repeats: true }),
    key("down", "ArrowDown", gettext("Next incident"), () => queue.step(1), { repeats: true }),
    key("primary", "Enter", gettext("Accept, or the main button"), () => queue.acceptSelected() || acts.primary(), { codes: ["Enter", "NumpadEnter"], over: ".row" }),
    key("reinforce", "KeyE", gettext("Reinforce"), () => acts.reinforce()),
    key("hand-over", "KeyH", gettext("Hand over"), () => acts.handOver()),
    key("take", "KeyT", gettext("Take over"), () => acts.takeOver()),
    key("snooze", "KeyD", gettext("Put the escalation off"), () => acts.snooze()),
    key("place", "KeyP", gettext("Earlier at this place"), () => void detail.place.open()),
    key("note", "KeyN", gettext("Note"), () => acts.note()),
    key("reveal", "KeyV", gettext("Reveal caller, with a reason"), () => acts.reveal()),
    key("mentions", "KeyK", gettext("Notes that name me"), () => mentions.open()),
    key("acknowledge", "KeyA", gettext("Acknowledge alarm"), () => void alarms.acknowledge()),
    key("silence", "KeyS", gettext("Silence 60 s"), () => alarms.silence()),
    key("health", "KeyI", gettext("State of each part"), () => head.health.toggle()),
  ]);

  // an order to one of our crews is news here, though the incident itself may be old
  live.addEventListener("event", ({ detail }) => {
    if (detail.event !== "unit.dispatched" || !audible("order", detail.priority)) return;
    if (detail.assignments?.some((order) => order.step === "dispatched" && ownUnit(live.units.get(order.unit), state))) play("order");
  });
  $("[data-detail]", root).addEventListener("click", (event) => {
    if (event.target.closest("[data-act=reveal]")) acts.reveal();
  });
  document.addEventListener("intake:filed", ({ detail: { number, row } }) => {
    if (row) live.act(row);
    state.touch(number);
    state.refresh();
    state.select(number);
  });
  live.addEventListener("rows", function first() {
    if (!state.entries.length) return;
    live.removeEventListener("rows", first);
    if (!state.selected) state.select(state.entries[0].row.number);
  });
  const sound = $("[data-sound-state]", root);
  setInterval(() => setText(sound, alarms.describe()), 1000);
  sound.addEventListener("click", () => alarms.silence());
}
