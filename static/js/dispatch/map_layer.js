/* The two pictures of the map, the ground below and what stands on it above: they lie in Leaflet's moving pane, a third
 * larger than the window on each side, so that a drag costs nothing. Both are drawn elsewhere (map_painter.js), anew when the
 * hand rests, when the drag reaches their edge and when the zoom changes; until the new picture is there, the old one stands at
 * its place, larger or smaller where the zoom has changed.
 * new MapLayers(map, {ground(view), marks(view)} → Promise<{bitmap, found} | null>)
 *   .reset(), .groundAnew(), .marksAnew(); .view — what is asked for now, `inner` {x, y, w, h} is the window in it
 *   .ground, .marks — .shown the view that stands there or null, .found what came with it, .within(point) → {x, y} in it */

import { viewAt } from "./map_view.js";

const PADDING = 0.3;
const REST_MS = 200; // a hand that takes the map again at once still finds it whole
const NEAR_EDGE = 0.6; // of the margin: beyond it the next drag would show the edge

class Picture {
  constructor(map, name, draw) {
    Object.assign(this, { map, draw });
    this.canvas = L.DomUtil.create("canvas", `map-picture ${name}-canvas`, map.getPane("overlayPane"));
    this.context = this.canvas.getContext("bitmaprenderer");
    this.shown = this.found = null;
    this.asked = null; // the last view it was asked for
  }

  async anew(view) {
    const asked = (this.asked = { view });
    const answer = await this.draw(view);
    if (!answer) {
      if (this.asked === asked) this.asked = null; // nobody could draw yet
      return;
    }
    const { bitmap, found } = answer;
    const { canvas } = this;
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.style.width = `${view.width}px`;
    canvas.style.height = `${view.height}px`;
    this.context.transferFromImageBitmap(bitmap);
    this.shown = view;
    this.found = found;
    this.stand();
  }

  /** Where what it shows stands at the present zoom. */
  stand() {
    if (!this.shown) return;
    const factor = this.#factor();
    const origin = this.map.getPixelOrigin();
    const [x, y] = [this.shown.x * factor - origin.x, this.shown.y * factor - origin.y];
    this.canvas.style.transform = `translate3d(${x}px, ${y}px, 0)${factor === 1 ? "" : ` scale(${factor})`}`;
  }

  within(point) {
    const corner = this.map.getPixelBounds().min;
    const factor = this.#factor();
    return { x: (corner.x + point.x) / factor - this.shown.x, y: (corner.y + point.y) / factor - this.shown.y };
  }

  #factor = () => (256 * 2 ** this.map.getZoom()) / this.shown.scale;
}

export class MapLayers {
  constructor(map, { ground, marks }) {
    this.map = map;
    this.ground = new Picture(map, "ground", ground);
    this.marks = new Picture(map, "marks", marks);
    this.view = null;
    this.due = 0;
    this.resting = 0;
    const soon = () => (this.due ||= requestAnimationFrame(() => this.reset())); // Leaflet tells of one movement several times
    map.on("zoomend resize", soon);
    map.on("move", () => this.view && !this.#whole() && soon());
    map.on("movestart moveend", () => clearTimeout(this.resting));
    map.on("moveend", () => (this.#whole() ? (this.resting = setTimeout(soon, REST_MS)) : soon()));
  }

  reset() {
    cancelAnimationFrame(this.due);
    clearTimeout(this.resting);
    this.due = 0;
    const size = this.map.getSize();
    if (!size.x || !size.y) return;
    const x = Math.round(size.x * PADDING);
    const y = Math.round(size.y * PADDING);
    const corner = this.map.getPixelBounds().min;
    this.view = viewAt(this.map.getZoom(), corner.x - x, corner.y - y, size.x + 2 * x, size.y + 2 * y);
    this.view.inner = { x, y, w: size.x, h: size.y };
    this.ground.stand();
    this.marks.stand();
    if (!this.#covered()) this.groundAnew();
    this.marksAnew();
  }

  groundAnew() {
    if (this.view) this.ground.anew(this.view);
  }

  marksAnew() {
    if (this.view) this.marks.anew(this.view);
  }

  /** Whether the window is still within what was asked for last. */
  #whole() {
    if (this.view?.zoom !== this.map.getZoom()) return false;
    const { x, y } = this.map.getPixelBounds().min;
    const { inner } = this.view;
    return Math.abs(x - this.view.x - inner.x) <= inner.x && Math.abs(y - this.view.y - inner.y) <= inner.y;
  }

  #covered() {
    const wanted = this.ground.asked?.view;
    const { scale, width, height, x, y, inner } = this.view;
    return (
      wanted && wanted.scale === scale && wanted.width === width && wanted.height === height &&
      Math.abs(wanted.x - x) <= inner.x * NEAR_EDGE && Math.abs(wanted.y - y) <= inner.y * NEAR_EDGE
    ); // prettier-ignore
  }
}
