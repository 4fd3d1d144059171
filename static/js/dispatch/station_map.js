/* A small map of the ground: grid lines, the station's incidents and forces. It shows what it is told to and nothing moves it.
 * new StationMap(canvas, state, {focus() → rows that must be in sight, only() → {entries, units, number}})
 *   without `only` it shows all of the state and lets a click choose */

import { palette, Sprites } from "../lib/symbols.js";
import { mercator } from "../lib/geo.js";
import { title } from "./board_row.js";
import { followGround } from "./map_ground_follow.js";
import { Slots } from "./map_labels.js";
import { measureIn, paintScene } from "./map_paint.js";
import { arrange } from "./map_scene.js";
import { sized, viewAt } from "./map_view.js";

const PADDING_PX = 56;
const NEAREST_ZOOM = 16.5;
const REPAINT_MS = 500;
const HIT_PX = 24;

export class StationMap {
  constructor(canvas, state, { focus, only = null }) {
    Object.assign(this, { canvas, state, focus, only, ground: null, slots: new Slots() });
    this.face = getComputedStyle(document.body).fontFamily;
    this.measure = measureIn(this.face);
    this.#ink();
    document.addEventListener("modechange", () => {
      this.#ink();
      this.paint();
    });
    state.addEventListener("entries", () => this.queue());
    state.addEventListener("select", () => this.queue());
    new ResizeObserver(() => this.paint()).observe(canvas.parentElement);
    if (!only) canvas.addEventListener("click", (event) => this.#clicked(event));
    followGround(state.live, state.config.urls.grids, (ground) => {
      this.ground = ground;
      this.paint();
    });
  }

  #ink() {
    this.colours = { ...palette(), face: this.face };
    this.sprites = new Sprites(this.colours);
  }

  queue() {
    if (this.queued || document.hidden) return;
    this.queued = setTimeout(() => {
      this.queued = 0;
      requestAnimationFrame(() => this.paint());
    }, REPAINT_MS);
  }

  paint() {
    const { clientWidth: width, clientHeight: height } = this.canvas.parentElement;
    if (!this.ground || !width || !height) return;
    const view = this.#view(width, height);
    const context = sized(this.canvas, width, height);
    context.fillStyle = this.colours.ground;
    context.fillRect(0, 0, width, height);
    this.ground.paint(context, view, this.colours);
    this.ground.codes(context, view, this.colours);
    const { state } = this;
    const { entries, units, number } = this.only?.() ?? { entries: state.entries, units: state.live.units.values(), number: state.selected };
    this.scene = arrange(view, {
      entries,
      units,
      selected: number,
      ticked: state.ticked,
      now: state.live.now(),
      frame: null,
      stations: state.config.stations,
      memory: this.slots.at(view),
      measure: this.measure,
      titleOf: (row) => title(row, state),
    });
    paintScene(context, this.scene, this.sprites, this.colours);
  }

  /** The nearest view that holds all of `focus`; without any, the ground of the station, else the district. */
  #view(width, height) {
    const points = this.focus().filter(({ lat }) => lat !== null && lat !== undefined).map(({ lat, lon }) => mercator(lat, lon));
    const own = this.ground.cells.filter(({ station }) => station === this.state.config.organisation).map(({ x, y }) => [x, y]);
    const { west, south, east, north } = this.ground.bounds;
    const shown = points.length ? points : own.length ? own : [mercator(south, west), mercator(north, east)];
    const [left, right] = [Math.min(...shown.map(([x]) => x)), Math.max(...shown.map(([x]) => x))];
    const [top, bottom] = [Math.min(...shown.map(([, y]) => y)), Math.max(...shown.map(([, y]) => y))];
    const fit = (span, room) => Math.log2(Math.max(60, room - 2 * PADDING_PX) / 256 / Math.max(span, 1e-9));
    const zoom = Math.floor(Math.min(NEAREST_ZOOM, fit(right - left, width), fit(bottom - top, height)) * 4) / 4;
    const scale = 256 * 2 ** zoom;
    return viewAt(zoom, ((left + right) / 2) * scale - width / 2, ((top + bottom) / 2) * scale - height / 2, width, height);
  }

  #clicked({ offsetX, offsetY }) {
    let best = null;
    let reach = HIT_PX;
    for (const hit of this.scene?.hits ?? []) {
      const away = Math.hypot(hit.x - offsetX, hit.y - offsetY);
      if (hit.number && away < reach) [best, reach] = [hit, away];
    }
    if (best) this.state.select(best.number);
  }
}
