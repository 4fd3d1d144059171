/* The marks: priority is shape and ink, lateness is colour; the kind of a unit is shape, its status is fill.
 * One path per shape, drawn as SVG in lists and as sprites on canvases, so the two can't differ.
 * prioritySymbol(priority, state, size = 24) → <svg>; setPriority(mark, priority, state)
 * unitSymbol(kind, status, stale, size = 16) → <svg>
 * palette() → {token: colour} of the mode now
 * Sprites(colours, ratio): .priority(priority, state, size, plain), .unit(kind, status, stale, size) → {image, half}
 *   `half` is half the side in CSS pixels; draw with drawImage(image, x - half, y - half, 2 * half, 2 * half)
 *   .words(text, px, colour) → {image, w, h}: text with a halo of the land, its first letter 3 px from the left */

import { blank, svg } from "./dom.js";
import { token } from "./mode.js";

// Priorities within ±11, units within ±7, both around the origin. The priorities stand once more, and are compared, in
// dispatch/partials/_incident_priority.html, for pages that the server draws.
const PRIORITY = {
  1: "M0-11 11 0 0 11-11 0Z",
  2: "M0-10.5 11 9H-11Z",
  3: "M10 0A10 10 0 1 1-10 0 10 10 0 1 1 10 0Z",
  4: "M-9-9H9V9H-9Z",
};
const ROUND_SQUARE = "M-5-5H5Q7-5 7-3V3Q7 5 5 5H-5Q-7 5-7 3V-3Q-7-5-5-5Z";
const UNIT = {
  car: ROUND_SQUARE,
  traffic: ROUND_SQUARE,
  foot: "M5.5 0A5.5 5.5 0 1 1-5.5 0 5.5 5.5 0 1 1 5.5 0Z",
  guard: "M0-7 6-3.5V3.5L0 7-6 3.5V-3.5Z",
  rescue: "M-2.3-6.5H2.3V-2.3H6.5V2.3H2.3V6.5H-2.3V2.3H-6.5V-2.3H-2.3Z",
};
const DIGIT_DROP = { 1: 4.4, 2: 6.6, 3: 4.6, 4: 4.6 }; // baseline below the centre, by shape

export function prioritySymbol(priority, state, size = 24) {
  const box = { viewBox: "-12 -12 24 24", width: size, height: size, "aria-hidden": "true" };
  const mark = svg("svg", box, svg("path"), svg("text", { "text-anchor": "middle" }));
  setPriority(mark, priority, state);
  return mark;
}

export function setPriority(mark, priority, state) {
  const classes = `symbol p${priority} ${state}`;
  if (mark.getAttribute("class") === classes) return;
  mark.setAttribute("class", classes);
  mark.firstChild.setAttribute("d", PRIORITY[priority]);
  mark.lastChild.setAttribute("y", DIGIT_DROP[priority]);
  mark.lastChild.textContent = priority;
}

export function unitSymbol(kind, status, stale = false, size = 16) {
  const box = { class: `symbol unit ${status}${stale ? " stale" : ""}`, viewBox: "-9 -9 18 18", width: size, height: size, "aria-hidden": "true" };
  const mark = svg("svg", box, svg("path", { d: UNIT[kind] ?? UNIT.foot }));
  if (status === "assigned" || status === "en_route") mark.append(svg("circle", { r: 2.4 }));
  return mark;
}

const TOKENS = [
  "ground", "land", "cell", "stline", "out", "panel", "raised", "line", "edge", "ink", "ink2", "ink3",
  "soon", "soon-text", "on-soon", "late", "late-text", "late-back", "on-late",
  "esc", "esc-text", "esc-back", "on-esc", "force", "focus",
]; // prettier-ignore

export const palette = () => Object.fromEntries(TOKENS.map((name) => [name, token(name)]));

/** Fill, stroke and digit colours of a priority mark. */
function inks(priority, state, colours) {
  if (state === "escalated") return { fill: colours.esc, stroke: colours.esc, digit: colours["on-esc"] };
  if (state === "late") return { fill: colours.late, stroke: colours.late, digit: colours["on-late"] };
  if (state === "soon") return { fill: colours.soon, stroke: colours.ink, digit: colours["on-soon"] };
  if (priority > 2) return { fill: colours.raised, stroke: colours.ink, digit: colours.ink };
  const ink = priority === 1 ? colours.ink : colours.ink2;
  return { fill: ink, stroke: ink, digit: colours.panel };
}

const MOST_WORDS = 3000;

/** Marks painted once per mode and pixel ratio, then copied: thousands of them move in one frame. */
export class Sprites {
  constructor(colours, ratio = devicePixelRatio) {
    this.colours = colours;
    this.ratio = ratio;
    this.made = new Map();
    this.written = new Map();
  }

  priority(priority, state, size, plain = false) {
    return this.#sprite(`p${priority}${state}${size}${plain}`, size, 24, (context) => {
      const { fill, stroke, digit } = inks(priority, state, this.colours);
      const shape = new Path2D(PRIORITY[priority]);
      context.lineWidth = state === "soon" || priority > 2 ? 1.8 : 1;
      // a halo of the land keeps the mark apart from lines and other marks
      context.strokeStyle = this.colours.land;
      context.lineWidth += 2;
      context.stroke(shape);
      context.lineWidth -= 2;
      context.fillStyle = fill;
      context.strokeStyle = stroke;
      context.fill(shape);
      context.stroke(shape);
      if (plain) return;
      context.fillStyle = digit;
      context.font = `700 12.5px ${this.colours.face ?? "sans-serif"}`;
      context.textAlign = "center";
      context.fillText(priority, 0, DIGIT_DROP[priority]);
    });
  }

  unit(kind, status, stale, size) {
    return this.#sprite(`u${kind}${status}${stale}${size}`, size, 18, (context) => {
      const shape = new Path2D(UNIT[kind] ?? UNIT.foot);
      const ink = stale ? this.colours.ink3 : this.colours.force;
      context.fillStyle = status === "on_scene" && !stale ? ink : this.colours.land;
      context.fill(shape);
      context.strokeStyle = ink;
      context.lineWidth = 1.8;
      if (stale) context.setLineDash([2.5, 2]);
      context.stroke(shape);
      if (status === "assigned" || status === "en_route") {
        context.fillStyle = ink;
        context.beginPath();
        context.arc(0, 0, 2.4, 0, 2 * Math.PI);
        context.fill();
      }
    });
  }

  /** Stroking letters is slow; a name or a call sign stays the same for hours. */
  words(text, px, colour) {
    const name = `${text}|${px}|${colour}`;
    let words = this.written.get(name);
    if (!words) {
      if (this.written.size > MOST_WORDS) this.written.clear();
      const image = blank(1, 1);
      const context = image.getContext("2d");
      const font = `400 ${px}px ${this.colours.face ?? "sans-serif"}`;
      context.font = font;
      const w = Math.ceil(context.measureText(text).width) + 6;
      const h = Math.ceil(px * 1.6);
      image.width = Math.ceil(w * this.ratio);
      image.height = Math.ceil(h * this.ratio);
      context.scale(image.width / w, image.height / h);
      context.font = font;
      context.lineJoin = "round";
      context.lineWidth = 3;
      context.strokeStyle = this.colours.land;
      context.strokeText(text, 3, px * 1.16);
      context.fillStyle = colour;
      context.fillText(text, 3, px * 1.16);
      this.written.set(name, (words = { image, w, h }));
    }
    return words;
  }

  #sprite(name, size, box, paint) {
    let sprite = this.made.get(name);
    if (!sprite) {
      const side = size + 4; // room for outline and halo
      const image = blank(1, 1);
      image.width = image.height = Math.ceil(side * this.ratio);
      const context = image.getContext("2d");
      context.scale(image.width / side, image.width / side);
      context.translate(side / 2, side / 2);
      context.scale(size / box, size / box);
      context.lineJoin = "round";
      paint(context);
      sprite = { image, half: side / 2 };
      this.made.set(name, sprite);
    }
    return sprite;
  }
}
