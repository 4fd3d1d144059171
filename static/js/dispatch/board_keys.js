/* The board's keys and the line that hints at them.
 * bindKeys(root, state, parts) — parts: {list, map, acts, near, place, alarms, command, mentions, health} */

import { $, el, put } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { bind, hint } from "../lib/keys.js";

export function bindKeys(root, state, { list, map, acts, near, place, alarms, command, mentions, health }) {
  const key = (id, code, text, run, more = {}) => ({ id, code, text, run, group: "board", ...more });
  const digit = (event) => {
    const n = Number(event.code.at(-1));
    const unit = near.at(n - 1);
    if (!state.config.may.dispatch) acts.refuse(gettext("Your role may not dispatch"));
    else if (unit === null) acts.refuse(fill(gettext("No unit stands at %(n)s"), { n }));
    else state.tick(unit);
  };
  const onMap = (name) => () => map.act(name);
  const digits = Array.from({ length: 9 }, (_, index) => `Digit${index + 1}`);
  const keys = [
    key("command", "Slash", gettext("Command line"), () => command.focus()),
    key("up", "ArrowUp", gettext("Previous incident"), () => list.step(-1), { repeats: true }),
    key("down", "ArrowDown", gettext("Next incident"), () => list.step(1), { repeats: true }),
    key("tick", "Digit1", gettext("Tick a recommended unit"), digit, { codes: [...digits, ...digits.map((code) => code.replace("Digit", "Numpad"))], shown: "1–9" }),
    key("primary", "Enter", gettext("Dispatch what is ticked"), () => acts.primary(), { codes: ["Enter", "NumpadEnter"], over: ".row" }),
    key("reinforce", "KeyE", gettext("Reinforce"), () => acts.reinforce()),
    key("hand-over", "KeyH", gettext("Hand over"), () => acts.handOver()),
    key("take", "KeyT", gettext("Take over"), () => acts.takeOver()),
    key("snooze", "KeyD", gettext("Put the escalation off"), () => acts.snooze()),
    key("place", "KeyP", gettext("Earlier at this place"), () => void place.open()),
    key("note", "KeyN", gettext("Note"), () => acts.note()),
    key("reveal", "KeyV", gettext("Reveal caller, with a reason"), () => acts.reveal()),
    key("more", "KeyM", gettext("More"), () => acts.more()),
    key("acknowledge", "KeyA", gettext("Acknowledge alarm"), () => void alarms.acknowledge()),
    key("silence", "KeyS", gettext("Silence 60 s"), () => alarms.silence()),
    key("mentions", "KeyK", gettext("Notes that name me"), () => mentions.open()),
    key("fold", "KeyG", gettext("Folded rows"), () => list.toggleFold()),
    key("legend", "KeyL", gettext("Legend"), onMap("legend")),
    key("reach", "KeyR", gettext("Reach: how soon a free unit can be there"), onMap("reach")),
    key("whole", "Digit0", gettext("Whole district"), onMap("whole"), { codes: ["Digit0", "Numpad0"] }),
    key("selected", "KeyZ", gettext("Selected incident on the map"), onMap("selected")),
    key("lens", "KeyX", gettext("Lens of the town"), onMap("lens")),
    key("health", "KeyI", gettext("State of each part"), () => health.toggle()),
    key("back", "Escape", gettext("Back one step"), back, { always: true }),
  ];
  bind(keys);

  function back(event) {
    if (document.querySelector("dialog[open], #intake:not([hidden]), [popover]:popover-open, details.menu[open], .nav.open")) return false; // it closes itself first
    if (acts.moreIsOpen()) return void acts.more();
    if (state.ticked.size) return void state.untick();
    if (event.target.closest?.("input, textarea, select")) return void event.target.blur();
    return false;
  }

  const hints = [
    ...($("#intake", root) ? [["intake", gettext("new incident")]] : []), ["up down", gettext("choose")], ["tick", gettext("tick units")],
    ["primary", gettext("send")], ["acknowledge", gettext("acknowledge")], ["silence", gettext("silence 60 s")],
    ["help", gettext("all keys")], ["mode", gettext("day or night")], // the last ones find no room on a narrow screen
  ]; // prettier-ignore
  put($("[data-hints]", root), hints.map(([ids, text]) => el("span", {}, ids.split(" ").map(hint), text)));
}
