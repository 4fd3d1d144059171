/* The lens: the dense town, four times as large, in the corner of the map where no land lies.
 * new Lens(canvas, titleNode, ground) — .open; .fit(view, width, height) — where it stands, what it shows; .choose(…) → {left, top, w, h, right, below};
 *   .frame(view) → {x, y, w, h} on the main map, or null while the lens is closed; .named() → the same of its name within it;
 *   .shows(view, open?) — whether it does, or would if it were open; .visible = whether it is seen; .toggle(); .view
 *   .fill("ground" | "marks", bitmap, colour) — over the colour of the ground; .hits — of the marks, for the hand
 *   .covers(point), .within(point) → {x, y} in it; points in pixels of the map's window */

import { around, sized } from "./map_view.js";
import { gettext } from "../lib/i18n.js";

const NEARER = 2; // zooms: four times as large
const MARGIN = 12;

export class Lens {
  constructor(canvas, titleNode, ground) {
    this.pictures = { ground: null, marks: null }; // two bitmaps, one over the other
    this.hits = []; // what stands in it for the hand
    this.canvas = canvas;
    this.titleNode = titleNode;
    this.ground = ground;
    this.open = true;
    this.titleNode.textContent = gettext("Town ×4");
  }

  /** The corner and the largest size that leave the land clear, else that cover the least of it. */
  choose(view, width, height) {
    const cells = this.ground.cells.map(({ x, y }) => [x * view.scale - view.x, y * view.scale - view.y]);
    let best = null;
    for (const share of [1, 0.88, 0.76, 0.64, 0.52]) {
      const w = Math.round(Math.min(452, width * 0.54) * share);
      const h = Math.round(Math.min(420, height * 0.46) * share);
      for (const [right, below] of [[1, 0], [0, 1], [1, 1], [0, 0]]) {
        const left = right ? width - w - MARGIN : MARGIN;
        const top = below ? height - h - MARGIN : right ? MARGIN : MARGIN + 40;
        const covered = cells.filter(([x, y]) => x > left - 10 && x < left + w + 10 && y > top - 10 && y < top + h + 10).length;
        if (!best || covered < best.covered) best = { covered, left, top, w, h, right, below };
      }
      if (best.covered === 0) break;
    }
    return best;
  }

  fit(view, width, height) {
    const { left, top, w, h } = this.choose(view, width, height);
    Object.assign(this, { left, top, size: [w, h] });
    const times = 2 ** NEARER;
    this.middle = this.ground.densest(w / times / view.scale, h / times / view.scale);
    this.wholeZoom = view.zoom;
    this.view = around(view, this.middle.x, this.middle.y, w, h, NEARER);
    for (const node of [this.canvas, this.titleNode]) {
      node.style.left = `${left}px`;
      node.style.top = `${top}px`;
    }
  }

  /** Shown only over the district as a whole: nearer, the map itself shows the town. */
  shows = (view, open = this.open) => open && Boolean(this.view) && Math.abs(view.zoom - this.wholeZoom) <= 0.5 && this.size[0] > 160;

  frame(view) {
    if (!this.shows(view)) return null;
    const times = 2 ** NEARER;
    const [w, h] = this.size.map((side) => (side / times) * (view.scale / (this.view.scale / times)));
    return { x: this.middle.x * view.scale - view.x - w / 2, y: this.middle.y * view.scale - view.y - h / 2, w, h };
  }

  /** What its name covers of it; the name has to be shown. */
  named() {
    return (this.nameAt ??= { x: 0, y: 0, w: this.titleNode.offsetWidth, h: this.titleNode.offsetHeight });
  }

  toggle() {
    this.open = !this.open;
  }

  set visible(on) {
    this.canvas.hidden = this.titleNode.hidden = !on;
  }

  within = ({ x, y }) => ({ x: x - this.left, y: y - this.top });

  covers(point) {
    if (this.canvas.hidden) return false;
    const { x, y } = this.within(point);
    return x > 0 && y > 0 && x < this.size[0] && y < this.size[1];
  }

  fill(part, bitmap, colour) {
    this.pictures[part]?.close();
    this.pictures[part] = bitmap;
    const { width, height } = this.view;
    const context = sized(this.canvas, width, height);
    context.fillStyle = colour;
    context.fillRect(0, 0, width, height);
    for (const each of [this.pictures.ground, this.pictures.marks]) if (each) context.drawImage(each, 0, 0, width, height);
  }
}
