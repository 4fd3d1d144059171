/* The review 回放: the board's own list and map, fed with the past. Nothing here acts, nothing listens to the live line. */

import { $, el, put, setText } from "../lib/dom.js";
import { HttpError, get } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { bind, hint } from "../lib/keys.js";
import { date, ms, stamp } from "../lib/time.js";
import { mountList } from "./board_list.js";
import { mountMap } from "./board_map.js";
import { BoardState } from "./board_state.js";
import { mountTabs } from "./board_tabs.js";
import { STANDS_MS } from "./map_trail.js";
import { mountDeck } from "./review_deck.js";
import { Frames } from "./review_frames.js";
import { Past } from "./review_past.js";
import { Player } from "./review_player.js";
import { clipped, dayOf, dayStart, watchOf } from "./review_span.js";
import { mountStory } from "./review_story.js";

const MARGIN_MS = 60_000; // before and after the life of an incident
const LONGEST_MS = 25 * 3_600_000;
const SPEEDS = [1, 4, 16, 60];
const BACK_MS = 15 * 60_000; // without a wish it begins a quarter of an hour ago

export function mount(root) {
  const config = JSON.parse($("#board-config", root).textContent);
  const past = new Past();
  const state = new BoardState(config, past);
  const frames = new Frames(config.urls.at);
  const player = new Player(past, frames);
  const offset = ms(config.now) - Date.now();
  const now = () => Date.now() + offset;
  const begins = ms(config.begins) + MARGIN_MS;
  let kind = "day";
  let moments = [];
  let life = null;
  let opening = null;
  let reading = null; // {number, done}
  let standing = 0;

  mountTabs($("[data-queue]", root), state);
  const list = mountList($("[data-queue]", root), state);
  const map = mountMap($("[data-ground]", root), state, (why) => deck.problem(why));
  const story = mountStory($("[data-story]", root), state, player);
  const deck = mountDeck($("[data-deck]", root), player, { span, shift, day });
  deck.limits(config.begins, now());

  // --- spans -----------------------------------------------------------------------------------------
  const lifeSpan = () => ({ start: ms(life.start) - MARGIN_MS, end: ms(life.end) + MARGIN_MS });
  const spanOf = { day: dayOf, watch: watchOf, incident: lifeSpan };

  /** Opens the span of `wanted` kind around `at`; the server notes who looked, once. */
  async function open(wanted, at, number = null) {
    const part = clipped(spanOf[wanted](at ?? now()), begins, now());
    if (!part) return deck.problem(gettext("This time is not kept, or has not come yet."));
    const mine = (opening = Symbol("opening"));
    const query = { start: new Date(part.start).toISOString(), end: new Date(part.end).toISOString() };
    if (part.end - part.start > LONGEST_MS && number) query.number = number;
    try {
      const answer = await get(`${config.urls.moments}?${new URLSearchParams(query)}`);
      if (opening !== mine) return;
      deck.problem(null);
      kind = wanted;
      moments = answer.moments.map((moment) => ({ ...moment, ms: ms(moment.at) }));
      story.moments(moments);
      player.open({ ...part, key: answer.span }, at ?? Math.max(now() - BACK_MS, moments[0]?.ms ?? 0));
      deck.moments(moments, state.selected);
      showSpan();
    } catch (error) {
      tell(error);
    }
  }

  function tell(error) {
    if (!(error instanceof HttpError)) throw error;
    deck.problem(error.message);
  }

  function showSpan() {
    const { start, end } = player;
    const of = (at) => kind !== "incident" && clipped(spanOf[kind](at), begins, now());
    deck.show({ kind, incident: life ?? state.selected, earlier: of(start - 2000), later: of(end + 2000) });
  }

  async function span(wanted) {
    if (wanted !== "incident") return open(wanted, player.at);
    if (state.selected && life?.number !== state.selected) await read(state.selected);
    if (life && life.number === (state.selected ?? life.number)) await open("incident", ms(life.start), life.number);
  }

  function shift(by) {
    open(kind, by < 0 ? player.start - 2000 : player.end + 2000);
  }

  function day(text) {
    open("day", Math.max(begins, dayStart(text)));
  }

  /** Looks `number` up, once at a time; the answer counts as long as nothing else is selected. */
  function read(number) {
    clearTimeout(standing);
    if (reading?.number !== number) reading = { number, done: played(number) };
    return reading.done;
  }

  async function played(number) {
    try {
      const found = await get(`/api/incidents/${number}/played/`);
      if (reading?.number === number) story.life((life = found));
    } catch (error) {
      if (reading?.number === number) tell(error);
    } finally {
      if (reading?.number === number) reading = null;
    }
  }

  // --- what follows the time -----------------------------------------------------------------------------
  const bar = $("[data-past-text]", root);
  player.addEventListener("time", () => {
    setText(bar, fill(gettext("Replay of %(date)s %(time)s, not now"), { date: date(player.at), time: stamp(player.at) }));
    if (past.loaded) state.refresh();
  });
  player.addEventListener("problem", ({ detail }) => tell(detail.error));
  state.addEventListener("select", () => {
    deck.problem(null);
    deck.moments(moments, state.selected);
    showSpan();
    const { selected } = state;
    clearTimeout(standing);
    if (reading?.number !== selected) reading = null;
    if (selected && life?.number !== selected) standing = setTimeout(() => read(selected), STANDS_MS);
  });

  // --- keys ------------------------------------------------------------------------------------------------
  const key = (id, code, text, run, more = {}) => ({ id, code, text, run, group: "board", ...more });
  const inField = ({ target }) => target.matches?.("input:not([type=range]), select, textarea");
  const jump = (by) => (event) => {
    if (inField(event)) return false;
    player.seek(player.at + by * (event.shiftKey ? 60 : 10) * 1000);
    return undefined;
  };
  const beside = (by) => () => {
    const moment = story.beside(by);
    if (moment) player.seekAfter(moment.ms);
  };
  const onMap = (name) => () => map.act(name);
  const always = { always: true, repeats: true, shift: true };
  bind([
    key("review-play", "Space", gettext("Play or pause"), (event) => (inField(event) ? false : player.play()), { always: true, over: ".row, .moments button" }),
    key("review-back", "ArrowLeft", gettext("10 s back, with Shift 1 min"), jump(-1), always),
    key("review-forth", "ArrowRight", gettext("10 s on, with Shift 1 min"), jump(1), always),
    key("review-previous", "BracketLeft", gettext("Previous event"), beside(-1), { repeats: true, shown: "[" }),
    key("review-next", "BracketRight", gettext("Next event"), beside(1), { repeats: true, shown: "]" }),
    ...SPEEDS.map((speed, index) => key(`review-speed-${speed}`, `Digit${index + 1}`, `${speed}×`, () => deck.speed(speed))),
    key("up", "ArrowUp", gettext("Previous incident"), (event) => (inField(event) ? false : list.step(-1)), always),
    key("down", "ArrowDown", gettext("Next incident"), (event) => (inField(event) ? false : list.step(1)), always),
    key("fold", "KeyG", gettext("Folded rows"), () => list.toggleFold()),
    key("legend", "KeyL", gettext("Legend"), onMap("legend")),
    key("whole", "Digit0", gettext("Whole district"), onMap("whole")),
    key("selected", "KeyZ", gettext("Selected incident on the map"), onMap("selected")),
    key("lens", "KeyX", gettext("Lens of the town"), onMap("lens")),
  ]);
  const jumps = () => ["review-back", "review-forth"].map(hint);
  const hints = [
    [hint("review-play"), gettext("play or pause")], [jumps(), gettext("10 s")], [[el("kbd", {}, "Shift"), jumps()], gettext("1 min")],
    [["review-previous", "review-next"].map(hint), gettext("events")], [SPEEDS.map((speed) => hint(`review-speed-${speed}`)), gettext("speed")],
    [["up", "down"].map(hint), gettext("choose")], [hint("selected"), gettext("selected")],
  ]; // prettier-ignore
  put($("[data-hints]", root), hints.map((parts) => el("span", {}, parts)));

  // --- what to begin with --------------------------------------------------------------------------------
  (async () => {
    const asked = new URLSearchParams(location.search);
    const at = ms(asked.get("at"));
    const number = asked.get("incident");
    if (number) {
      await read(number);
      if (!life) return open("day");
      state.select(number);
      story.follow("one");
      return open("incident", Number.isNaN(at) ? ms(life.start) : at, number);
    }
    return open("day", Number.isNaN(at) ? undefined : at);
  })();
}
