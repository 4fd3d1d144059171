/* What stands on the map, drawn for a painter (map_painter.js): it keeps the rows as they came, arranges and paints them.
 * News {stations, units, incidents, gone: [unit id | incident number]} — rows that are new or changed (map_news.js)
 * Picture {name, view, ratio, colours, now, entries: [[number, state, text]], selected, ticked, frame, covered, bar, pin, trails}
 *   → {hits, held: {incidents, units}} — for the hand (map_scene.js), and how many rows the picture was made of
 *   `name` keeps the labels of one picture at their places; `trails` as map_trail_paint.js wants them */

import { Slots } from "./map_labels.js";
import { measureIn, paintFrame, paintScene } from "./map_paint.js";
import { arrange } from "./map_scene.js";
import { paintTrails } from "./map_trail_paint.js";
import { cleared, place } from "./map_view.js";
import { Sprites } from "../lib/symbols.js";

export class Artist {
  constructor() {
    this.stations = [];
    this.units = new Map();
    this.incidents = new Map();
    this.slots = new Map(); // name of a picture → where its labels stood
  }

  take({ stations, units, incidents, gone }) {
    if (stations) this.stations = stations;
    for (const row of units) this.units.set(row.id, row);
    for (const row of incidents) this.incidents.set(row.number, row);
    for (const key of gone) this.units.delete(key) || this.incidents.delete(key);
  }

  draw(canvas, { name, view, ratio, colours, entries: order, ticked, frame, covered, bar = null, pin, trails, ...rest }) {
    const context = cleared(canvas, view, ratio);
    this.#dress(colours, ratio);
    const entries = order
      .filter(([number]) => this.incidents.has(number)) // the practice picture may be older than the news
      .map(([number, state, text]) => ({ row: this.incidents.get(number), urgency: { state, text } }));
    const units = [...this.units.values()].filter(({ status }) => status !== "off_duty");
    if (!this.slots.has(name)) this.slots.set(name, new Slots());
    const scene = arrange(view, {
      ...rest,
      entries,
      units,
      ticked: new Set(ticked),
      frame,
      taken: [covered, bar].filter(Boolean),
      stations: this.stations,
      memory: this.slots.get(name).at(view),
      measure: this.measure,
      titleOf: (row) => row.title,
    });
    if (pin) [scene.pin] = [place(pin, view)].map(([x, y]) => ({ x, y }));
    paintTrails(context, view, colours, trails, rest.now);
    paintScene(context, scene, this.sprites, colours);
    if (frame) paintFrame(context, frame, covered, colours);
    return { hits: scene.hits, held: { incidents: entries.length, units: units.length } };
  }

  /** Sprites and widths stay as long as colours, face and ratio do. */
  #dress(colours, ratio) {
    const worn = JSON.stringify([colours, ratio]);
    if (worn === this.worn) return;
    this.worn = worn;
    this.sprites = new Sprites(colours, ratio);
    this.measure = measureIn(colours.face);
  }
}
