/* The right column: everything about the selected incident, in the order of use.
 * mountDetail(root, state, acts, dialog) → {story: detail of the API | null, events, near, place, proof}
 * The row paints at once; the story (times, caller, timeline) follows by HTTP and is fetched again at each version. */

import { $, el, put, setText } from "../lib/dom.js";
import { HttpError, get } from "../lib/http.js";
import { Proof } from "../lib/proof.js";
import { fill, gettext } from "../lib/i18n.js";
import { mountAssigned } from "./board_assigned.js";
import { urls } from "./board_api.js";
import { bandParts, stepParts, whoParts } from "./board_story.js";
import { PlacePanel } from "./place_history.js";
import { mountNear } from "./board_near.js";
import { asksParts } from "./board_shift.js";
import { historyParts } from "./board_history.js";
import { title } from "./board_row.js";
import { showProof } from "./panel_proof.js";

const REFETCH_MS = 250;
const RETRY_MS = 1000; // doubling to 16 s
const LONGEST_RETRY_MS = 16_000;

export function mountDetail(root, state, acts, dialog) {
  const parts = ["who", "band", "steps", "scroll", "asks", "said", "place", "assigned", "near", "history", "acts"];
  const box = Object.fromEntries(parts.map((name) => [name, $(`[data-${name}]`, root)]));
  const nothing = $("[data-detail-empty]", root);
  const assigned = mountAssigned(box.assigned, state, acts);
  const near = mountNear(box.near, state);
  const place = new PlacePanel(box.place, { may: state.config.may, dialog, say: acts.say });
  const proof = new Proof();
  const checked = el("span.note.proof", { hidden: true });
  const detail = { story: null, events: [], near, place, proof };
  let tries = 0;
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
    prove(entry.row, story);
    const row = [entry.row.number, entry.row.version];
    const told = [...row, story?.version, entry.urgency.state];
    draw(box.who, told, () => whoParts(entry, story, state));
    band(entry, ended);
    draw(box.steps, told, () => stepParts(entry, story));
    draw(box.asks, [...row, ended, Math.floor(state.live.now() / 5000)], () => (ended ? [] : asksParts(entry.row, state, acts.shift)));
    draw(box.said, [entry.row.number, entry.row.summary], () => said(entry));
    place.show({ ...entry.row, hazards: story?.hazards ?? [] });
    assigned.show(entry, detail.events, ended);
    near.show(entry, ended);
    draw(box.history, [entry.row.number, story?.version, detail.events.length], () => historyParts(detail.events, story));
    $("h3 > .note", box.history)?.before(checked); // the heading is another one each time
    acts.show(entry, ended);
  }

  /** As current as the queue is, as long as the story tells what its row tells. */
  function prove(row, story) {
    const { incidents } = state.live.proofs;
    if (!story || story.version < row.version || incidents.open || incidents.at === null) return;
    if (!proof.open) proof.proven(incidents.at);
  }

  const drawn = new Map();
  /** Builds the nodes only when the key is another one. */
  function draw(node, key, build) {
    const mark = key.join("|");
    if (drawn.get(node) === mark) return;
    drawn.set(node, mark);
    put(node, build());
  }

  function band(entry, ended) {
    box.band.hidden = !entry.row.stage || ended;
    if (box.band.hidden) return;
    box.band.className = `band ${entry.urgency.state}`;
    const { timer: text, lines, next } = bandParts(entry, state);
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
    setText($(".band-next b", box.band), next);
  }

  function said({ row }) {
    if (title(row, state) === row.summary.trim() || !row.summary) return [];
    return [el("h3", {}, gettext("What was said")), el("p.said", {}, row.summary)];
  }

  function fetchStory(row) {
    if (asked.number === row.number && asked.version >= row.version) return;
    const other = asked.number !== row.number;
    asked = { number: row.number, version: row.version };
    if (other) {
      Object.assign(detail, { story: null, events: [] });
      proof.forget();
    }
    tries = 0;
    clearTimeout(timer);
    timer = setTimeout(load, other ? 0 : REFETCH_MS, row.number);
  }

  async function load(number) {
    try {
      const [story, events] = await Promise.all([get(urls.incident(number)), get(urls.events(number))]);
      if (number !== state.selected || story.version < detail.story?.version) return; // overtaken by a newer answer
      const made = detail.story ? story.version - detail.story.version : 0;
      detail.story = story;
      detail.events = events.results ?? events;
      proof.changed(number, story.version, story.updated_at ?? state.current?.row.updated_at);
      if (proof.open) proof.repaired(made);
      else proof.proven();
      show();
    } catch (error) {
      if (!(error instanceof HttpError)) reportError(error); // a fault of ours is told, and ends no asking
      if (number !== state.selected) return;
      proof.gap(); // the panel greys and says since when; the rest of the board goes on
      timer = setTimeout(load, Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** tries++), number);
    }
  }

  for (const event of ["entries", "select", "tick"]) state.addEventListener(event, show);
  showProof(root, state.live, [proof], { line: checked, strip: $("[data-proof-strip]", root) });
  state.addEventListener("select", () => (box.scroll.scrollTop = 0));
  return detail;
}
