/* A view: which part of the world stands on a canvas.
 * viewAt(zoom, x, y, width, height) — x, y: world pixels of the left upper corner
 * place(row, view) → [screen x, screen y] of a row with lat and lon; null without a place. Projected once per row.
 * sized(canvas, width, height) → context in CSS pixels
 * cleared(canvas, view, ratio) → the same for a canvas that nobody sees, empty; works in a worker too
 * around(view, x, y, width, height, steps) → the view of a lens whose middle is at mercator x, y, `steps` zooms nearer */

import { mercator } from "../lib/geo.js";
import { onceEach } from "../lib/memo.js";

export const viewAt = (zoom, x, y, width, height) => ({ zoom, scale: 256 * 2 ** zoom, x, y, width, height });

const projected = onceEach(({ lat, lon }) => mercator(lat, lon));

export function place(row, view) {
  if (row.lat === null || row.lat === undefined) return null;
  const [x, y] = projected(row);
  return [x * view.scale - view.x, y * view.scale - view.y];
}

export function sized(canvas, width, height) {
  const ratio = devicePixelRatio;
  const w = Math.round(width * ratio);
  const h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

export function cleared(canvas, view, ratio) {
  canvas.width = Math.round(view.width * ratio);
  canvas.height = Math.round(view.height * ratio);
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

export function around(view, x, y, width, height, steps) {
  const scale = view.scale * 2 ** steps;
  return viewAt(view.zoom + steps, x * scale - width / 2, y * scale - height / 2, width, height);
}
