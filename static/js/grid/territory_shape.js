/* Shapes as lists of corners, [lon, lat]; nothing here knows a map or the page.
 * ringsOf(boundary) → [{path: [part, ring], points}] without the closing corner
 * corners(boundary) → how many; boxOf(boundary) → [west, south, east, north]
 * holders(shapes, point) → {key: boundary} with `point` as a corner of every shape whose border runs through it
 * moved(boundary, from, to) → boundary with each corner at `from` put at `to`
 * without(boundary, point) → boundary without that corner; null when too few would be left
 * snapped(shapes, point, {near, project, skip}) → {point, kind: "corner" | "edge" | null, key}
 *   project([lon, lat]) → [x, y] in pixels, `near` in pixels
 * nextCode(code, used) → the code after the last of its series
 * same(a, b) → corners at one place */

import { onceEach } from "../lib/memo.js";

const HAIR = 1e-8; // degrees, a millimetre: what counts as on the border

export const same = (a, b) => Math.abs(a[0] - b[0]) < 1e-10 && Math.abs(a[1] - b[1]) < 1e-10;

const parts = ({ type, coordinates }) => (type === "Polygon" ? [coordinates] : coordinates);

export function ringsOf(boundary) {
  return parts(boundary).flatMap((part, p) => part.map((ring, r) => ({ path: [p, r], points: ring.slice(0, -1) })));
}

function withRings(boundary, rings) {
  const whole = [];
  for (const { path, points } of rings) (whole[path[0]] ??= [])[path[1]] = [...points, points[0]];
  return boundary.type === "Polygon" ? { type: "Polygon", coordinates: whole[0] } : { type: "MultiPolygon", coordinates: whole };
}

export const corners = (boundary) => ringsOf(boundary).reduce((sum, { points }) => sum + points.length, 0);

export const boxOf = onceEach((boundary) => {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { points } of ringsOf(boundary)) {
    for (const [x, y] of points) {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    }
  }
  return box;
});

/** The point of a–b nearest to p, and its distance; in whatever plane the three are. */
function onEdge(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length)) : 0;
  const at = [a[0] + t * dx, a[1] + t * dy];
  return { t, at, distance: Math.hypot(p[0] - at[0], p[1] - at[1]) };
}

export function holders(shapes, point) {
  const found = {};
  for (const [key, boundary] of shapes) {
    const [west, south, east, north] = boxOf(boundary);
    if (point[0] < west - HAIR || point[0] > east + HAIR || point[1] < south - HAIR || point[1] > north + HAIR) continue;
    let held = false;
    const rings = ringsOf(boundary).map(({ path, points }) => {
      if (points.some((corner) => same(corner, point))) {
        held = true;
        return { path, points };
      }
      const at = points.findIndex((corner, index) => onEdge(point, corner, points[(index + 1) % points.length]).distance < HAIR);
      if (at < 0) return { path, points };
      held = true;
      return { path, points: [...points.slice(0, at + 1), point, ...points.slice(at + 1)] };
    });
    if (held) found[key] = withRings(boundary, rings);
  }
  return found;
}

export const moved = (boundary, from, to) =>
  withRings(boundary, ringsOf(boundary).map(({ path, points }) => ({ path, points: points.map((corner) => (same(corner, from) ? to : corner)) })));

export function without(boundary, point) {
  const rings = ringsOf(boundary).map(({ path, points }) => ({ path, points: points.filter((corner) => !same(corner, point)) }));
  return rings.some(({ points }) => points.length < 3) ? null : withRings(boundary, rings);
}

export function snapped(shapes, point, { near, project, skip = () => false }) {
  const at = project(point);
  // a box of `near` pixels around the point, in degrees
  const right = project([point[0] + 0.001, point[1] + 0.001]);
  const [dx, dy] = [(0.001 * near) / Math.abs(right[0] - at[0]), (0.001 * near) / Math.abs(right[1] - at[1])];
  let corner = { distance: near };
  let edge = { distance: near };
  for (const [key, boundary] of shapes) {
    const [west, south, east, north] = boxOf(boundary);
    if (point[0] < west - dx || point[0] > east + dx || point[1] < south - dy || point[1] > north + dy) continue;
    for (const { points } of ringsOf(boundary)) {
      const onScreen = points.map(project);
      points.forEach((one, index) => {
        const next = (index + 1) % points.length;
        const away = Math.hypot(onScreen[index][0] - at[0], onScreen[index][1] - at[1]);
        if (away < corner.distance && !skip(one)) corner = { distance: away, point: one, key };
        if (skip(one) || skip(points[next])) return;
        const { t, distance } = onEdge(at, onScreen[index], onScreen[next]);
        if (distance < edge.distance) {
          const other = points[next];
          edge = { distance, key, point: [one[0] + t * (other[0] - one[0]), one[1] + t * (other[1] - one[1])] };
        }
      });
    }
  }
  if (corner.point) return { point: corner.point, kind: "corner", key: corner.key };
  if (edge.point) return { point: edge.point, kind: "edge", key: edge.key };
  return { point, kind: null, key: null };
}

export function nextCode(code, used) {
  const found = /^(.*?)(\d+)$/.exec(code);
  const [stem, width] = found ? [found[1], found[2].length] : [`${code}-`, 3];
  const numbers = used.filter((one) => one.startsWith(stem) && /^\d+$/.test(one.slice(stem.length))).map((one) => Number(one.slice(stem.length)));
  return stem + String(Math.max(0, ...numbers) + 1).padStart(width, "0");
}
