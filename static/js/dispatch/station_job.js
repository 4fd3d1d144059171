/* What one crew works on now, its kept steps counted in. Rows only; no drawing.
 * new Job(state, outbox); .unit (id | null: in person; undefined: not chosen yet), .choose(unit)
 * job.now() → {row, urgency, order, step, at} | null; job.claimable() → entries of the station that nobody has yet
 * job.mine → the unit's row or null; job.known → whether it is chosen and there; job.label → call sign or name; job.choices() → own units on duty */

import { ms } from "../lib/time.js";
import { TARGET } from "./crew_step.js";
import { ownUnit, waiting } from "./station_work.js";

const WAY = ["dispatched", "accepted", "en_route", "on_scene", "reported"];
const ACTIVE = new Set(WAY.slice(0, -1));

export class Job {
  constructor(state, outbox) {
    this.state = state;
    this.outbox = outbox;
    this.store = `station.unit.${state.config.user.username}`;
    try {
      this.unit = JSON.parse(localStorage.getItem(this.store)) ?? undefined;
    } catch {
      this.unit = undefined;
    }
    if (this.unit === "self") this.unit = null;
  }

  choose(unit) {
    this.unit = unit;
    try {
      localStorage.setItem(this.store, JSON.stringify(unit ?? "self"));
    } catch {
      /* storage refused: chosen as long as the page */
    }
  }

  choices() {
    return [...this.state.live.units.values()]
      .filter((unit) => ownUnit(unit, this.state) && unit.status !== "off_duty")
      .sort((a, b) => (a.call_sign < b.call_sign ? -1 : 1));
  }

  get known() {
    return this.unit === null || (this.unit !== undefined && this.state.live.units.has(this.unit));
  }

  get mine() {
    return this.state.live.units.get(this.unit) ?? null;
  }

  get label() {
    return this.mine?.call_sign ?? this.state.config.user.name;
  }

  #isMine = (order) => (this.unit === null ? order.unit === null && order.label === this.state.config.user.name : order.unit === this.unit);

  /** The board's step, or what this crew has done since: offline, and until the board shows what was sent. */
  #current(order) {
    const own = this.outbox.last(order.id);
    const step = own && TARGET[own.verb];
    return WAY.indexOf(step) > WAY.indexOf(order.step) ? { step, at: ms(own.at) } : { step: order.step, at: ms(order.at) };
  }

  now() {
    if (!this.known) return null;
    for (const { row, urgency } of this.state.entries) {
      const order = row.assignments.find(this.#isMine);
      if (!order) continue;
      const { step, at } = this.#current(order);
      if (ACTIVE.has(step)) return { row, urgency, order, step, at };
    }
    return null;
  }

  claimable() {
    const { state } = this;
    if (!state.config.may.claim) return [];
    return state.entries.filter(({ row }) => row.stage === "unclaimed" && row.station === state.config.organisation && !waiting(row, state));
  }
}
