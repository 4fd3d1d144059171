/* What the board knows and what the person has chosen; every panel reads here and is told of changes.
 *
 * const state = new BoardState(config, live)
 * state.entries — open incidents as {row, urgency}, in the order of the queue; recomputed each second
 * state.selected (number | null), state.ticked Set(unit id), state.tab, state.filters {station, group, state}
 * Events: `entries` (each second and on rows), `select`, `tick`, `filter` */

import { compare, urgency } from "../lib/urgency.js";

const REFRESH_MS = 200;

export class BoardState extends EventTarget {
  constructor(config, live) {
    super();
    this.config = config;
    this.live = live;
    this.entries = [];
    this.byNumber = new Map();
    this.selected = null;
    this.ticked = new Set();
    this.tab = "urgent";
    this.filters = { station: "", group: "", state: "" };
    this.touched = this.#remembered(); // incidents this person acted on today, for the tab "mine"
    live.addEventListener("rows", () => this.#soon());
    live.addEventListener("state", () => live.loaded && this.refresh());
    setInterval(() => live.loaded && this.refresh(), 1000);
  }

  /** The first change shows at once, a stream of them five times a second. */
  #soon() {
    if (this.waiting) return;
    const since = performance.now() - (this.refreshedAt ?? -Infinity);
    this.waiting = setTimeout(() => this.refresh(), Math.max(0, REFRESH_MS - since));
  }

  refresh() {
    clearTimeout(this.waiting);
    this.waiting = 0;
    if (this.live.mode === "stale" || this.live.mode === "ended") return; // the screen stands still, as its bar says
    this.refreshedAt = performance.now();
    const now = this.live.now();
    this.entries = [...this.live.incidents.values()].map((row) => ({ row, urgency: urgency(row, now) })).sort(compare);
    this.byNumber = new Map(this.entries.map((entry) => [entry.row.number, entry]));
    this.#emit("entries");
  }

  entry = (number) => this.byNumber.get(number) ?? null;
  get current() {
    return this.entry(this.selected);
  }

  select(number) {
    if (number === this.selected) return;
    this.selected = number;
    this.ticked.clear();
    this.#emit("select");
  }

  tick(unit, on = !this.ticked.has(unit)) {
    if (on) this.ticked.add(unit);
    else this.ticked.delete(unit);
    this.#emit("tick");
  }

  untick() {
    this.ticked.clear();
    this.#emit("tick");
  }

  filter(changes) {
    Object.assign(this.filters, changes);
    this.#emit("filter");
  }

  show(tab) {
    this.tab = tab;
    this.#emit("filter");
  }

  /** Whether an entry passes tab and filters. */
  passes({ row, urgency: { state } }) {
    const { station, group, state: wanted } = this.filters;
    if (station && row.station !== station) return false;
    if (group && this.category(row).group !== group) return false;
    if (wanted && state !== wanted) return false;
    return this.inTab(this.tab, row);
  }

  inTab(tab, row) {
    if (tab === "unclaimed") return row.stage === "unclaimed";
    return tab !== "mine" || this.isMine(row);
  }

  isMine = (row) =>
    row.escalation?.owner_username === this.config.user.username ||
    this.live.notices.has(row.number) ||
    this.touched.has(row.number);

  touch(number) {
    this.touched.add(number);
    try {
      sessionStorage.setItem("board.touched", JSON.stringify([...this.touched].slice(-200)));
    } catch {
      /* storage refused: remembered as long as the page */
    }
  }

  category = (row) => this.config.categories[row.category] ?? { label: row.category, group: "", group_label: "" };
  station = (row) => this.config.organisations[row.station] ?? "";

  #remembered() {
    try {
      return new Set(JSON.parse(sessionStorage.getItem("board.touched")) ?? []);
    } catch {
      return new Set();
    }
  }

  #emit(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}
