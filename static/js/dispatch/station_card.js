/* The card of one incident on a phone: how long, what, where, map, way and caller.
 * mountCard(root, state, job, askAndAct) → {show({row, urgency, order, step} | null), story() → the API's detail | null} */

import { $, el, put, setText, svg } from "../lib/dom.js";
import { metres } from "../lib/geo.js";
import { get, post } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { prioritySymbol } from "../lib/symbols.js";
import { distance } from "../lib/time.js";
import { LEVEL_TEXT, PRIORITY_TEXT, STAGE_TEXT, STATE_TEXT, serial } from "../lib/urgency.js";
import { urls } from "./board_api.js";
import { REVEAL } from "./board_ask.js";
import { title } from "./board_row.js";
import { NEXT } from "./crew_step.js";
import { hazardParts } from "./place_history.js";
import { StationMap } from "./station_map.js";

const icon = (d) => svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d }));
const RETRY_MS = 1000; // doubling to 16 s
const LONGEST_RETRY_MS = 16_000;
const ARROW = "M12 3 20 21 12 16.500 4 21Z";
const PHONE = "M5 3H9L11 8 8.500 9.500A11 11 0 0 0 14.500 15.500L16 13 21 15V19A2 2 0 0 1 19 21A16 16 0 0 1 3 5A2 2 0 0 1 5 3Z";

export function mountCard(root, state, job, askAndAct) {
  const parts = ["band", "what", "links"];
  const box = Object.fromEntries(parts.map((name) => [name, $(`[data-card-${name}]`, root)]));
  const timer = el("b.crew-timer");
  const due = el("p");
  const then = el("p.second");
  put(box.band, timer, el("div", {}, due, then));
  let shown = null;
  let mark = "";
  let story = null;
  let asked = { number: null, again: 0, wait: RETRY_MS }; // the story under way or lost, and when to ask again
  let revealed = null; // {number, name, phone}, as long as this incident stands on the card

  const map = new StationMap($("canvas", root), state, {
    focus: () => [shown?.row, shown && job.mine].filter(Boolean),
    only: () => ({ entries: shown ? [shown] : [], units: job.mine ? [job.mine] : [], number: shown?.row.number ?? null }),
  });

  function show(current) {
    const other = current?.row.number !== shown?.row.number;
    shown = current;
    root.hidden = !current;
    if (!current) return;
    if (other) {
      story = revealed = null;
      mark = "";
      map.paint();
    }
    band(current);
    const { row, urgency } = current;
    if (!(story?.version >= row.version)) fetchStory(row);
    const unit = job.mine;
    const far = unit && unit.lat !== null && row.lat !== null ? distance(metres(row, unit)) : "";
    const next = [row.number, row.version, urgency.state, story?.version, far, revealed?.phone].join();
    if (next === mark) return;
    mark = next;
    what(current);
    links(row, far);
  }

  function band({ row, urgency, step }) {
    box.band.hidden = !row.stage;
    box.band.className = `crew-band ${urgency.state}`;
    setText(timer, urgency.text || "—");
    const chip = urgency.state === "calm" ? null : el("span.chip", { class: urgency.state }, STATE_TEXT[urgency.state]);
    const words = step ? NEXT[step].due : STAGE_TEXT[row.stage];
    if (due.dataset.words !== `${urgency.state}${words}`) {
      due.dataset.words = `${urgency.state}${words}`;
      put(due, chip, chip && " ", el("b", {}, words ?? ""));
    }
    setText(then, told(row, urgency));
  }

  /** Who is told when the time is up; of an escalation, who has been told and who is next. */
  function told(row, urgency) {
    const { escalation } = row;
    if (escalation?.owner) return fill(gettext("Taken over by %(name)s"), { name: escalation.owner });
    if (escalation) return fill(gettext("%(level)s has been told"), { level: LEVEL_TEXT[escalation.level] });
    const [, level] = limitOf(row, state)[row.stage] ?? [];
    if (!level || urgency.left === null || urgency.left < 0) return "";
    return fill(gettext("Then %(level)s is told"), { level: LEVEL_TEXT[level] });
  }

  function what({ row, urgency }) {
    const category = state.category(row);
    const heading = title(row, state);
    put(
      box.what,
      el("p.crew-kind", {}, prioritySymbol(row.priority, urgency.state, 24), el("b", {}, serial(row.number)), el("span", {}, [PRIORITY_TEXT[row.priority], category.group_label, category.label].join(" · "))),
      el("h1", {}, heading),
      el("p.crew-where", {}, row.address || gettext("No address"), row.grid && el("span", {}, ` ${fill(gettext("grid %(code)s"), { code: row.grid })}`), row.outside && el("span", {}, ` ${gettext("outside the district")}`)),
      hazardParts(story?.hazards ?? []), // what to know before one stands there
      row.summary.trim() !== heading && el("p.crew-said", {}, row.summary.trim().slice(heading.length).replace(/^[。！？!?.\s]+/, "")),
    );
  }

  function links(row, far) {
    const way = row.lat === null
      ? el("span.crew-link", { "aria-disabled": "true" }, icon(ARROW), gettext("No place on the map"))
      : el("a.crew-link", { href: `geo:${row.lat},${row.lon}?q=${row.lat},${row.lon}(${encodeURIComponent(row.address)})` }, icon(ARROW), [gettext("Navigate"), far].filter(Boolean).join(" ")); // prettier-ignore
    put(box.links, way, caller(row));
  }

  function caller(row) {
    const phone = revealed?.number === row.number ? revealed.phone : "";
    const named = (name) => [icon(PHONE), [gettext("Caller"), name].filter(Boolean).join(" ")];
    if (phone) return el("a.crew-link", { href: `tel:${phone}` }, icon(PHONE), `${revealed.name} ${phone}`.trim());
    if (revealed?.number === row.number) return el("span.crew-link", {}, named(revealed.name));
    const masked = story?.caller ?? {};
    if (!masked.name && !masked.phone) return el("span.crew-link", { "aria-disabled": "true" }, icon(PHONE), gettext("No caller given"));
    const text = named(masked.name || masked.phone);
    return story.can.reveal ? el("button.crew-link", { type: "button", onclick: () => reveal(row) }, text) : el("span.crew-link", {}, text);
  }

  const reveal = (row) =>
    askAndAct(REVEAL, async (reason) => {
      try {
        revealed = { number: row.number, ...(await post(urls.reveal(row.number), { reason })) };
      } catch (error) {
        if (!error.code) throw error;
        return error;
      }
      mark = "";
      show(shown);
      return null;
    });

  /** Asked for at each drawing until it is here. Until then the row is enough to go by, but warnings stand in the story. */
  async function fetchStory({ number }) {
    if (asked.number !== number) asked = { number, again: 0, wait: RETRY_MS };
    if (performance.now() < asked.again) return;
    const mine = asked;
    mine.again = Infinity;
    const answer = await get(urls.incident(number)).catch(() => null);
    mine.again = answer ? 0 : performance.now() + mine.wait;
    mine.wait = answer ? RETRY_MS : Math.min(LONGEST_RETRY_MS, 2 * mine.wait);
    if (!answer || mine !== asked) return;
    story = answer;
    if (shown) show(shown);
  }

  return { show, story: () => story };
}

/** {stage: [seconds, level]} of the first step of the policy that holds for this row. */
export const limitOf = (row, state) => state.config.limits[`${row.category}:${row.priority}`] ?? state.config.limits[row.priority] ?? {};
