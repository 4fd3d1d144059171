/* Where the units of the selected incident, and the unit clicked last, have been in the last half hour of their duty.
 * Each trail is asked for once (the server notes who looked) and grows with the live positions.
 * const trails = new TrailLayer(state, repaint)
 * trails.choose(unit)                     a unit under the hand; null lets it go
 * trails.points()                         as map_trail_paint.js wants them
 * STANDS_MS — so long a selection stands before somebody is looked up */

import { HttpError, get } from "../lib/http.js";
import { ms } from "../lib/time.js";
import { MINUTES } from "./map_trail_paint.js";

export const STANDS_MS = 600; // who only passes by with the arrow keys looks nobody up

export class TrailLayer {
  constructor(state, repaint) {
    this.state = state;
    this.repaint = repaint;
    this.held = new Map(); // unit id → points, oldest first
    this.chosen = null;
    this.since = 0; // when the selection began to stand
    state.addEventListener("select", () => {
      this.since = performance.now();
      this.held.clear();
      this.choose(null);
      setTimeout(() => this.#follow(), STANDS_MS);
    });
    state.addEventListener("entries", () => this.#follow());
    state.live.addEventListener("rows", ({ detail }) => this.#grow(detail));
  }

  choose(unit) {
    this.chosen = unit;
    this.#follow();
  }

  /** Ask for the trails that are wanted now, drop the others. */
  #follow() {
    if (!this.state.config.may.trail || performance.now() - this.since < STANDS_MS) return;
    const orders = this.state.current?.row.assignments ?? [];
    const wanted = new Set([...orders.map((order) => order.unit), this.chosen].filter(Boolean));
    for (const unit of this.held.keys()) if (!wanted.has(unit)) this.held.delete(unit);
    for (const unit of wanted) if (!this.held.has(unit)) this.#load(unit);
  }

  async #load(unit) {
    const points = [];
    this.held.set(unit, points);
    try {
      const found = await get(`/api/units/${unit}/trail/?minutes=${MINUTES}`);
      const last = found.points.at(-1);
      points.unshift(...found.points, ...points.splice(0).filter(({ at }) => !last || ms(at) > ms(last.at)));
      if (this.held.get(unit) === points) this.repaint();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error; // without an answer the map simply shows no trail
    }
  }

  #grow({ units, whole }) {
    for (const [unit, points] of this.held) {
      const row = this.state.live.units.get(unit);
      if (!(whole || units.has(unit)) || !row?.position_at) continue;
      const last = points.at(-1);
      if (!last || ms(row.position_at) > ms(last.at)) points.push({ at: row.position_at, lat: row.lat, lon: row.lon });
    }
  }

  /** For `paintTrails`. */
  points = () => [...this.held.values()];
}
