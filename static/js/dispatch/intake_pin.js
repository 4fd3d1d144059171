/* The point of the call, however it came: typed, pasted from another system, or put on the map.
 * new Pin(form, {converted(point, system) → Promise<point | null>, changed(point | null, zoomIn)})
 * .point → WGS-84 {lat, lon} in degrees, or null; .read() — takes what the fields hold; .put(point, zoomIn) — writes it there */

import { readPoint, writePoint } from "./intake_point.js";

export class Pin {
  constructor(form, { converted, changed }) {
    Object.assign(this, { form, converted, changed, point: null, typed: null, system: "" });
  }

  /** Coordinates of another system are converted by the server, once: here it is only shown where they lie. */
  async read() {
    const { point, system } = this.form.values();
    const typed = readPoint(point);
    if (typed?.lat === this.typed?.lat && typed?.lon === this.typed?.lon && system === this.system) return;
    Object.assign(this, { typed, system });
    if (!typed || !system) return this.#is(typed, true);
    const place = await this.converted(typed, system);
    if (typed === this.typed && system === this.system) this.#is(place, true);
  }

  put(point, zoomIn) {
    this.form.write({ point: writePoint(point), system: "" });
    Object.assign(this, { typed: readPoint(writePoint(point)), system: "" });
    this.#is(point, zoomIn);
  }

  #is(point, zoomIn) {
    this.point = point;
    this.changed(point, zoomIn);
  }
}
