/* Pictures drawn by a worker: thousands of borders, or of units and their labels, would hold up a frame under the hand.
 * const painter = new Painter(kind, everything, artist)   "ground" or "marks"; `everything()` → the news that says all there is to
 *   know; the artist of map_<kind>_artist.js has take(news) and draw(canvas, picture) → found
 * painter.tell(news)
 * painter.hire() — once something has been drawn: until then the page draws, for a worker that has just begun needs longer for its
 *   first picture than the page. Where a browser has no such worker the page goes on drawing
 * painter.paint(name, picture) → Promise<{bitmap, found} | null>   null: a later wish of that name has come */

import { blank } from "../lib/dom.js";

export class Painter {
  constructor(kind, everything, artist) {
    Object.assign(this, { kind, everything, artist });
    this.hands = new Here(artist);
    this.coming = null; // the worker, until it has drawn its first picture
    this.last = null; // the picture that was asked for last
    this.drawing = new Map(); // name → the wish that is being drawn
    this.next = new Map(); // name → the wish after it
  }

  tell(news) {
    this.hands.tell(news);
    this.coming?.tell(news);
  }

  /** Let a worker draw as soon as it has drawn a picture for practice. */
  hire() {
    let coming;
    try {
      coming = this.coming = new There(this.kind, () => this.#alone());
    } catch {
      return;
    }
    coming.tell(this.everything());
    coming.draw("practice", this.last).then(() => {
      this.hands = coming;
      this.coming = null;
      performance.mark("map:hired");
    });
  }

  paint(name, picture) {
    return new Promise((resolve) => {
      this.next.get(name)?.resolve(null);
      this.last = { ...picture, ratio: devicePixelRatio };
      this.next.set(name, { picture: this.last, resolve });
      this.#begin(name);
    });
  }

  async #begin(name) {
    if (this.drawing.has(name) || !this.next.has(name)) return;
    const wish = this.next.get(name);
    this.next.delete(name);
    this.drawing.set(name, wish);
    const drawn = this.hands.draw(name, wish.picture);
    await drawn.catch(() => {}); // whoever wished hears of it; the next picture is drawn all the same
    wish.resolve(drawn);
    if (this.drawing.get(name) === wish) this.drawing.delete(name);
    this.#begin(name);
  }

  /** No worker can run here: the page draws, also what a worker was at. */
  #alone() {
    this.coming = null;
    if (this.hands instanceof Here) return;
    this.hands = new Here(this.artist);
    this.hands.tell(this.everything());
    for (const [name, wish] of this.drawing) {
      this.drawing.delete(name);
      if (!this.next.has(name)) this.next.set(name, wish);
      else wish.resolve(null);
    }
    for (const name of this.next.keys()) this.#begin(name);
  }
}

/** Hands that draw in the page. */
class Here {
  constructor(artist) {
    this.artist = artist;
  }

  tell = (news) => this.artist.take(news);

  async draw(_name, picture) {
    const canvas = blank(1, 1);
    const found = this.artist.draw(canvas, picture);
    return { bitmap: canvas.transferToImageBitmap?.() ?? (await createImageBitmap(canvas)), found };
  }
}

/** Hands in a worker (map_painter_worker.js). */
class There {
  constructor(kind, failed) {
    this.answers = new Map(); // name → who waits for that picture
    this.worker = new Worker(new URL(`./map_${kind}_worker.js`, import.meta.url), { type: "module" });
    this.worker.addEventListener("message", ({ data: { name, bitmap, found } }) => this.answers.get(name)({ bitmap, found }));
    this.worker.addEventListener("error", failed);
    this.worker.postMessage({ texts: globalThis.django?.catalog ?? {} });
  }

  tell = (news) => this.worker.postMessage({ news });

  draw(name, picture) {
    this.worker.postMessage({ name, picture });
    return new Promise((resolve) => this.answers.set(name, resolve));
  }
}
