/* A step that can be taken back for 5 s: the time is noted at once, the step goes up afterwards with that time.
 * Each has a line of its own in `box`, of which only the digits change, and those for the eye alone.
 * new PendingStep(box, {words(left) → text, at, url, body, undone(), run(call)})
 * UNDO_S — for how long
 * Leaving the page sends it at once and past any queue, so nothing noted is lost. */

import { el } from "../lib/dom.js";
import { post } from "../lib/http.js";
import { gettext } from "../lib/i18n.js";

export const UNDO_S = 5;
const MARK = "\u0000"; // where the digits stand in the sentence

export class PendingStep {
  constructor(box, { words, at, url, body, undone, run }) {
    this.call = (keepalive) => post(url, { ...body, at }, { keepalive });
    this.undone = undone;
    this.run = run;
    this.left = UNDO_S;
    this.digits = el("span", { "aria-hidden": "true" }, String(UNDO_S));
    const [before, after] = words(MARK).split(MARK);
    this.line = el("p.pending-step", {}, el("span.ok", {}, before, this.digits, after), el("button.button.small", { type: "button", onclick: () => this.undo() }, gettext("Undo")));
    box.append(this.line);
    this.leave = () => {
      this.stop();
      this.call(true).catch(() => {}); // nobody is left to be told
    };
    addEventListener("pagehide", this.leave);
    this.timer = setInterval(() => this.tick(), 1000);
  }

  tick() {
    this.left -= 1;
    this.digits.textContent = String(this.left);
    if (this.left > 0) return;
    this.stop();
    this.run(() => this.call(false));
  }

  stop() {
    clearInterval(this.timer);
    removeEventListener("pagehide", this.leave);
    this.line.remove();
  }

  undo() {
    this.stop();
    this.undone();
  }
}
