/* Sending one form until the server has it. The key makes every repeat harmless.
 * send(body, key, {waiting(error)}) → Promise<answer>; throws HttpError where trying again can't help
 * stop() — no further try; the promise of send() then throws the last error */

import { post } from "../lib/http.js";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 8_000;
const AWAY = new Set([0, 502, 503, 504]); // no network, proxy without server, database restarting

export class Sender {
  constructor(url) {
    this.url = url;
    this.stopped = false;
  }

  async send(body, key, { waiting }) {
    this.stopped = false;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 2)) {
      try {
        return await post(this.url, body, { key });
      } catch (error) {
        if (!AWAY.has(error.status) || this.stopped) throw error;
        waiting(error);
        await this.#pause(wait);
        if (this.stopped) throw error;
      }
    }
  }

  stop() {
    this.stopped = true;
    this.wake?.();
  }

  /** Waits, or until the browser says it is online again. */
  #pause(length) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        removeEventListener("online", done);
        resolve();
      };
      const timer = setTimeout(done, length);
      this.wake = done;
      addEventListener("online", done);
    });
  }
}
