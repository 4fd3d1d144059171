/* Frames of the past, fetched one after the other, the one that is waited for first, and kept for a while.
 *
 * const frames = new Frames(url); frames.open(span key) — forgets what was held
 * frames.held(at) → frame | undefined, at in ms, whole seconds
 * await frames.want(at) → frame; frames.ahead([at, …]) — fetched when nothing is waited for
 * One request at a time, begun 0.4 s apart while they run ahead; what is waited for comes next. */

import { get } from "../lib/http.js";

const KEPT = 48; // boards; one of the district is some 2,000 rows
const APART_MS = 400;

export class Frames {
  constructor(url) {
    this.url = url;
    this.key = "";
    this.kept = new Map();
    this.coming = [];
    this.asked = null;
  }

  open(key) {
    this.key = key;
    this.kept.clear();
    this.coming = [];
  }

  held(at) {
    const frame = this.kept.get(at);
    if (frame) {
      this.kept.delete(at); // used last, dropped last
      this.kept.set(at, frame);
    }
    return frame;
  }

  /** A second wish replaces the first, which nobody waits for any more: its promise never ends. */
  want(at) {
    const frame = this.held(at);
    if (frame) return Promise.resolve(frame);
    return new Promise((resolve, reject) => {
      this.asked = { at, resolve, reject };
      this.#next();
    });
  }

  ahead(instants) {
    this.coming = instants.filter((at) => !this.kept.has(at));
    this.#next();
  }

  async #next() {
    if (this.busy) return;
    const wish = this.asked;
    const at = wish?.at ?? this.coming.shift();
    if (at === undefined) return;
    this.busy = true;
    const began = performance.now();
    const key = this.key;
    try {
      const frame = this.kept.get(at) ?? (await get(`${this.url}?${new URLSearchParams({ at: new Date(at).toISOString(), span: key })}`));
      if (key === this.key) this.#keep(at, frame);
      if (this.asked === wish) this.asked = null;
      wish?.resolve(frame);
    } catch (error) {
      if (this.asked === wish) this.asked = null;
      wish?.reject(error);
    }
    // who waits is served at once, what is fetched ahead keeps its distance
    const rest = this.asked ? 0 : Math.max(0, APART_MS - (performance.now() - began));
    setTimeout(() => {
      this.busy = false;
      this.#next();
    }, rest);
  }

  #keep(at, frame) {
    this.kept.set(at, frame);
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(oldest);
    }
  }
}
