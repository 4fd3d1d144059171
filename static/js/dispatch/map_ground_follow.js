/* The ground as it is now, for the pages that show it (a worker that paints it is told, it does not ask).
 * followGround(live, url, take(ground)) — hands the ground over once it has come, and anew when the territory changes; what fails
 *   is asked for again after 1 s, doubling to 16 s, each with jitter. `url` answers GeoJSON as /api/grids/ */

import { HttpError, get } from "../lib/http.js";
import { Ground } from "./map_ground.js";

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 16_000;
const SETTLED_MS = 1200; // after a change every process holds the old ground for up to a second

export function followGround(live, url, take) {
  let timer = 0;
  let tries = 0;
  let asked = null;
  // all screens need not ask at once
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(load, wait * (1 + Math.random()));
  };
  async function load() {
    const mine = (asked = Symbol("asked"));
    try {
      const collection = await get(url);
      if (mine !== asked) return; // asked for again meanwhile: this is the older one
      tries = 0;
      take(Ground.of(collection));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (mine === asked) later(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** tries++));
    }
  }
  live.addEventListener("territory", () => later(SETTLED_MS));
  // it may have changed while the line was down
  live.addEventListener("state", ({ detail }) => detail.mode === "recovered" && later(SETTLED_MS));
  load();
}
