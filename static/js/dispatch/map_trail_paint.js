/* Trails between the ground and the marks; works in a worker too.
 * paintTrails(context, view, colours, trails, now)   trails [[{at, lat, lon}, …], …], each oldest first */

import { ms } from "../lib/time.js";
import { place } from "./map_view.js";

export const MINUTES = 30;
const GAP_MS = 120_000; // longer without a point: dotted, nobody knows the way between
const STREET = 15;

export function paintTrails(context, view, colours, trails, now) {
  const oldest = now - MINUTES * 60_000;
  context.save();
  context.lineJoin = context.lineCap = "round";
  context.strokeStyle = context.fillStyle = colours.force;
  context.lineWidth = 2;
  for (const points of trails) {
    for (let index = 1; index < points.length; index += 1) {
      const at = ms(points[index].at);
      if (at < oldest) continue;
      context.globalAlpha = 0.25 + (0.55 * (at - oldest)) / (MINUTES * 60_000); // fades with age
      context.setLineDash(at - ms(points[index - 1].at) > GAP_MS ? [1, 5] : []);
      const [x, y] = place(points[index], view);
      context.beginPath();
      context.moveTo(...place(points[index - 1], view));
      context.lineTo(x, y);
      context.stroke();
      if (view.zoom >= STREET) context.fillRect(x - 2, y - 2, 4, 4);
    }
  }
  context.restore();
}
