/* Pictures of the ground, drawn by a worker: strokes of thousands of borders would hold up a frame under the hand.
 * const painter = new GroundPainter(); painter.take(ground)   made early, so that the worker is there when the ground is
 * painter.paint(name, {view, colours, tints}) → Promise<ImageBitmap | null>   null: no ground yet, or a later wish of that name has come
 * drawGround(canvas, ground, {ratio, view, colours, tints})   the drawing itself, in whichever thread
 * Where a browser has no such worker the page draws, one picture at a time. */

import { paintReach } from "./map_reach_paint.js";

export function drawGround(canvas, ground, { ratio, view, colours, tints }) {
  canvas.width = Math.round(view.width * ratio);
  canvas.height = Math.round(view.height * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  ground.paint(context, view, colours, { over: () => paintReach(context, view, colours, ground, tints) });
  ground.codes(context, view, colours);
}

export class GroundPainter {
  constructor() {
    this.ground = null;
    this.drawing = new Map(); // name → the wish that is being drawn
    this.next = new Map(); // name → the wish after it
    try {
      this.worker = new Worker(new URL("./map_ground_worker.js", import.meta.url), { type: "module" });
      this.worker.addEventListener("message", ({ data: { name, bitmap } }) => this.#drawn(name, bitmap));
      this.worker.addEventListener("error", () => this.#alone());
    } catch {
      this.worker = null;
    }
  }

  take(ground) {
    this.ground = ground;
    this.worker?.postMessage({ collection: ground.collection });
  }

  paint(name, picture) {
    if (!this.ground) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.next.get(name)?.resolve(null);
      this.next.set(name, { picture: { ...picture, name, ratio: devicePixelRatio }, resolve });
      this.#begin(name);
    });
  }

  #begin(name) {
    if (this.drawing.has(name) || !this.next.has(name)) return;
    const wish = this.next.get(name);
    this.next.delete(name);
    this.drawing.set(name, wish);
    if (this.worker) this.worker.postMessage(wish.picture);
    else this.#drawHere(name, wish.picture);
  }

  #drawn(name, bitmap) {
    const wish = this.drawing.get(name);
    this.drawing.delete(name);
    wish?.resolve(bitmap);
    this.#begin(name);
  }

  async #drawHere(name, picture) {
    const canvas = document.createElement("canvas");
    drawGround(canvas, this.ground, picture);
    this.#drawn(name, await createImageBitmap(canvas));
  }

  /** The worker can't run here: what it held is drawn by the page. */
  #alone() {
    this.worker = null;
    for (const [name, { picture }] of this.drawing) this.#drawHere(name, picture);
  }
}
