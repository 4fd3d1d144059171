/* The right column: everything about the selected incident, in the order of use.
 * mountDetail(root, state, acts, dialog) → {story: detail of the API | null, events, near, place}
 * The row paints at once; the story (times, caller, timeline) follows by HTTP and is fetched again at each version. */

import { $, el, put, setText } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { mountAssigned } from "./board_assigned.js";
import { urls } from "./board_api.js";
import { bandParts, stepParts, whoParts } from "./board_story.js";
import { PlacePanel } from "./place_history.js";
import { mountNear } from "./board_near.js";
import { asksParts } from "./board_shift.js";
import { historyParts } from "./board_history.js";
import { title } from "./board_row.js";

const REFETCH_MS = 250;
const RETRY_MS = 5000;

export function mountDetail(root, state, acts, dialog) {
  const parts = ["who", "band", "steps", "scroll", "asks", "said", "place", "assigned", "near", "history", "acts"];
  const box = Object.fromEntries(parts.map((name) => [name, $(`[data-${name}]`, root)]));
  const nothing = $("[data-detail-empty]", root);
  const assigned = mountAssigned(box.assigned, state, acts);
  const near = mountNear(box.near, state);
  const place = new PlacePanel(box.place, { may: state.config.may, dialog, say: acts.say });
  const detail = { story: null, events: [], near, place };
  let asked = { number: null, version: 0 };
  let timer = 0;
  let lastRow = null; // what has ended stays readable until another is chosen

  function show() {
    const entry = state.current ?? (lastRow?.row.number === state.selected ? lastRow : null);
    nothing.hidden = Boolean(entry);
    for (const name of ["who", "steps", "scroll", "acts"]) box[name].hidden = !entry;
    if (!entry) return void (box.band.hidden = true);
    lastRow = entry;
    fetchStory(entry.row);
    const story = detail.story?.number === entry.row.number ? detail.story : null;
    const ended = !state.current;
    draw(box.who, whoParts(entry, story, state), [entry.row.number, entry.row.version, story?.version, entry.urgency.state]);
    band(entry, ended);
    draw(box.steps, stepParts(entry, story), [entry.row.number, entry.row.version, story?.version, entry.urgency.state]);
    draw(box.asks, asksParts(entry.row, state, acts.shift), [entry.row.number, entry.row.version, Math.floor(state.live.now() / 5000)]);
    draw(box.said, said(entry), [entry.row.number, entry.row.summary]);
    place.show({ ...entry.row, hazards: story?.hazards ?? [] });
    assigned.show(entry, detail.events);
    near.show(entry);
    draw(box.history, historyParts(detail.events, story), [entry.row.number, story?.version, detail.events.length]);
    acts.show(entry, ended);
  }

  const drawn = new Map();
  function draw(node, children, key) {
    const mark = key.join("|");
    if (drawn.get(node) === mark) return;
    drawn.set(node, mark);
    put(node, children);
  }

  function band(entry, ended) {
    box.band.hidden = !entry.row.stage || ended;
    if (box.band.hidden) return;
    box.band.className = `band ${entry.urgency.state}`;
    const { timer: text, lines } = bandParts(entry, state);
    const mark = lines.join("|");
    if (drawn.get(box.band) !== mark) {
      drawn.set(box.band, mark);
      put(
        box.band,
        el("b.band-timer"),
        el("div", {}, el("b", {}, lines[0]), el("span", {}, lines[1])),
        el("div.band-next", {}, el("span", {}, lines[2]), el("b")),
      );
    }
    setText($(".band-timer", box.band), text);
    setText($(".band-next b", box.band), bandParts(entry, state).next);
  }

  function said({ row }) {
    if (title(row, state) === row.summary.trim() || !row.summary) return [];
    return [el("h3", {}, gettext("What was said")), el("p.said", {}, row.summary)];
  }

  function fetchStory(row) {
    if (asked.number === row.number && asked.version >= row.version) return;
    const other = asked.number !== row.number;
    asked = { number: row.number, version: row.version };
    if (other) Object.assign(detail, { story: null, events: [] });
    clearTimeout(timer);
    timer = setTimeout(load, other ? 0 : REFETCH_MS, row.number);
  }

  async function load(number) {
    try {
      const [story, events] = await Promise.all([get(urls.incident(number)), get(urls.events(number))]);
      if (number !== state.selected) return;
      detail.story = story;
      detail.events = events.results ?? events;
      show();
    } catch (error) {
      if (number !== state.selected) return;
      timer = setTimeout(load, RETRY_MS, number);
      acts.say(fill(gettext("The story of %(number)s could not be read. %(why)s"), { number, why: error.message }), "bad");
    }
  }

  for (const event of ["entries", "select", "tick"]) state.addEventListener(event, show);
  state.addEventListener("select", () => (box.scroll.scrollTop = 0));
  return detail;
}
