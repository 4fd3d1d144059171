/* Beside the form, once there is a place: what happened there before, and what to warn the crew about.
 * History(root, {url}) — .ask({point, address}), .clear(); asked once a place has rested, since each look is written down */

import { el, put } from "../lib/dom.js";
import { metres } from "../lib/geo.js";
import { post } from "../lib/http.js";
import { earlierParts, hazardParts } from "./place_history.js";

const REST_MS = 900;
const SAME_METRES = 20;
const SHOWN = 2;

export class History {
  constructor(root, { url }) {
    Object.assign(this, { root, url, asked: null, waiting: null });
  }

  /** `address`: only what was left or chosen, not what is being typed. */
  ask({ point, address }) {
    if (this.#isSame(this.waiting ?? this.asked, { point, address })) return;
    clearTimeout(this.timer);
    this.waiting = null;
    if (!point) return this.clear();
    this.waiting = { point, address };
    this.timer = setTimeout(() => this.#load(this.waiting), REST_MS);
  }

  clear() {
    clearTimeout(this.timer);
    Object.assign(this, { asked: null, waiting: null });
    this.#show(null);
  }

  #isSame(before, { point, address }) {
    if (!before || !point) return !before && !point;
    return before.address === address && metres(before.point, point) < SAME_METRES;
  }

  async #load(place) {
    Object.assign(this, { asked: place, waiting: null });
    let found = null;
    try {
      found = await post(this.url, { ...place.point, address: place.address });
    } catch (error) {
      if (!error.code) throw error; // a hint that can't be had must not stand in the way of filing
    }
    if (this.asked === place) this.#show(found);
  }

  #show(found) {
    const any = found && (found.total > 0 || found.hazards.length > 0);
    this.root.hidden = !any;
    put(this.root, any && [hazardParts(found.hazards), found.total > 0 && el("div", {}, earlierParts(found, SHOWN))]);
  }
}
