/* A step that can be taken back for 5 s: the time is noted at once, the step goes up afterwards with that time.
 * Leaving the page sends it at once, so nothing noted is lost. */

import { send } from "./board_api.js";

const UNDO_S = 5;

export class PendingStep {
  constructor({ at, url, body, waiting, undone, run }) {
    this.call = (keepalive) => send(url, { ...body, at }, { keepalive });
    this.waiting = waiting;
    this.undone = undone;
    this.run = run;
    this.left = UNDO_S;
    this.leave = () => this.finish(true);
    addEventListener("pagehide", this.leave);
    this.timer = setInterval(() => this.tick(), 1000);
    this.tell();
  }

  tell = () => this.waiting(this.left, () => this.undo());

  tick() {
    this.left -= 1;
    if (this.left > 0) this.tell();
    else this.finish(false);
  }

  stop() {
    clearInterval(this.timer);
    removeEventListener("pagehide", this.leave);
  }

  undo() {
    this.stop();
    this.undone();
  }

  finish(keepalive) {
    this.stop();
    this.run(() => this.call(keepalive));
  }
}
