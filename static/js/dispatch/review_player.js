/* The time of the review: where it stands in its span, and how it runs.
 *
 * const player = new Player(past, frames)
 * player.open({start, end, key}, at) — all in ms; player.seek(ms); player.seekAfter(ms); player.play(on); player.speed = 1 | 4 | 16 | 60
 * player.at, .start, .end, .playing, .waiting (a frame is late)
 * Events: `time` (four times a second while it runs, and on each jump), `state`, `problem` {error} */

const TICK_MS = 250;

/** How far apart frames are while it runs: half a second of watching, two seconds of the past at least. */
const stepOf = (speed) => Math.max(2000, speed * 500);

export class Player extends EventTarget {
  constructor(past, frames) {
    super();
    Object.assign(this, { past, frames, start: 0, end: 0, at: 0, speed: 1, playing: false, waiting: false });
    setInterval(() => this.playing && this.#tick(), TICK_MS);
  }

  open({ start, end, key }, at) {
    Object.assign(this, { start, end });
    this.frames.open(key);
    this.seek(at);
    this.#emit("state");
  }

  seek(at) {
    this.at = Math.min(this.end, Math.max(this.start, Math.floor(at / 1000) * 1000));
    this.ticked = performance.now();
    this.#show(this.at);
  }

  /** To the first whole second by which what happened at `at` had happened. */
  seekAfter = (at) => this.seek(Math.ceil(at / 1000) * 1000);

  play(on = !this.playing) {
    if (on && this.at >= this.end) this.at = this.start;
    this.playing = on;
    this.ticked = performance.now();
    if (!on) this.seek(this.at);
    this.#emit("state");
  }

  /** Time goes on only as far as its frames are there: the screen never shows rows of another minute. */
  #tick() {
    const now = performance.now();
    const next = Math.min(this.end, this.at + (now - this.ticked) * this.speed);
    this.ticked = now;
    if (this.waiting) return;
    this.at = next;
    if (next >= this.end) return this.play(false);
    this.#show(Math.max(this.start, Math.floor(next / stepOf(this.speed)) * stepOf(this.speed)));
  }

  async #show(at) {
    this.past.seek(this.at);
    this.#emit("time");
    const shown = this.frame === at && this.frameKey === this.frames.key;
    const frame = shown ? null : this.frames.held(at);
    if (shown || frame) return this.#take(at, frame);
    const mine = (this.wish = Symbol("wish"));
    this.waiting = true;
    this.#emit("state");
    try {
      const found = await this.frames.want(at);
      if (this.wish === mine) this.#take(at, found);
    } catch (error) {
      if (this.wish !== mine) return;
      this.waiting = false;
      this.playing = false;
      this.#emit("state");
      this.dispatchEvent(new CustomEvent("problem", { detail: { error } }));
    }
  }

  #take(at, frame) {
    this.wish = null;
    this.frame = at;
    this.frameKey = this.frames.key;
    if (this.waiting) {
      this.waiting = false;
      this.ticked = performance.now();
      this.#emit("state");
    }
    if (frame) {
      this.past.take(frame);
      this.#emit("time");
    }
    this.#ahead(at);
  }

  #ahead(at) {
    if (!this.playing) return;
    const step = stepOf(this.speed);
    const next = (Math.floor(at / step) + 1) * step;
    this.frames.ahead([0, 1, 2].map((n) => next + n * step).filter((one) => one < this.end));
  }

  #emit(type) {
    this.dispatchEvent(new CustomEvent(type));
  }
}
