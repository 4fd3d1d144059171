/* What stands where in a view: marks, docked units, rings of calm incidents, labels. Pure arrangement, no painting.
 * arrange(view, {entries, units, selected, ticked, now, frame, covered, stations, memory, measure}) → scene
 * scene: {incidents, dots, rings, units, labels, names, lines, hits}
 *   hits [{x, y, number | unit}] for the hand; `frame` {x, y, w, h} is what the lens shows: inside it only dots;
 *   `covered` is where the lens lies: no label goes under it */

import { metres } from "../lib/geo.js";
import { ago, ms } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { Space, placeLabel } from "./map_labels.js";
import { place } from "./map_view.js";

const STALE_MS = 60_000;
const MERGE_PX = 16;
const FAR_M = 500; // who says "on scene" from further away is drawn where it is, as the server marks it
const HOT = new Set(["escalated", "late", "soon"]);

const CROWD = 400; // units in one view beyond which each is drawn smaller

export function arrange(view, { entries, units: all, selected, ticked, now, frame, covered, stations, memory, measure, titleOf }) {
  const district = view.zoom <= 12.5;
  const street = view.zoom >= 15;
  const size = district ? 24 : 26;
  const units = [...all].filter((unit) => unit.status !== "off_duty");
  const unitSize = district && units.length > CROWD ? 12 : district ? 16 : street ? 26 : 22;
  const scene = { incidents: [], dots: [], rings: [], units: [], labels: [], names: [], lines: [], hits: [], size, unitSize };
  const space = new Space(view.width, view.height, view.inner);
  if (covered) space.block(covered.x, covered.y, covered.w, covered.h);
  const seen = (x, y) => x > -40 && y > -40 && x < view.width + 40 && y < view.height + 40;
  const inFrame = (x, y) => frame && x > frame.x && x < frame.x + frame.w && y > frame.y && y < frame.y + frame.h;
  const calm = [];
  const shown = new Map();

  for (const entry of entries) {
    const { row, urgency } = entry;
    const at = place(row, view);
    if (!at || !seen(...at)) continue;
    const mark = { x: at[0], y: at[1], row, state: urgency.state, timer: urgency.text, hot: HOT.has(urgency.state), selected: row.number === selected };
    scene.hits.push({ x: mark.x, y: mark.y, number: row.number });
    if (inFrame(...at)) {
      scene.dots.push(mark);
      if (mark.hot || mark.selected) space.block(mark.x - 5, mark.y - 5, 10, 10);
    } else if (mark.hot || mark.selected || street) show(mark);
    else calm.push(mark);
  }

  function show(mark) {
    scene.incidents.push(mark);
    shown.set(mark.row.number, mark);
    space.block(mark.x - size / 2, mark.y - size / 2, size, size);
  }

  mergeCalm(calm, scene.rings, show);

  const forced = new Set(ticked);
  const current = shown.get(selected);
  for (const order of current?.row.assignments ?? []) forced.add(order.unit);
  const docks = new Map();
  for (const unit of units) {
    const at = place(unit, view);
    if (!at || !seen(...at)) continue;
    const stale = now - ms(unit.position_at) > STALE_MS;
    const mark = { x: at[0], y: at[1], unit, stale, forced: forced.has(unit.id) };
    const home = shown.get(unit.incident);
    if (unit.status === "on_scene" && home && (stale || metres(unit, home.row) <= FAR_M)) {
      const place = docks.get(unit.incident) ?? 0;
      docks.set(unit.incident, place + 1);
      mark.x = home.x - 5 + (place % 4) * 12;
      mark.y = home.y + size / 2 + 7 + Math.floor(place / 4) * 12;
    } else if (inFrame(...at) && !mark.forced) continue;
    else if (home) {
      mark.heading = Math.atan2(home.y - mark.y, home.x - mark.x);
    }
    scene.units.push(mark);
    scene.hits.push({ x: mark.x, y: mark.y, unit: unit.id });
    space.block(mark.x - 6, mark.y - 6, 12, 12, mark.forced || unit.status === "on_scene");
    if (mark.forced && current) scene.lines.push({ from: current, to: mark, dotted: ticked.has(unit.id) });
  }

  label(scene, space, { district, street, memory, measure, titleOf, now });
  for (const station of district || view.zoom < 15 ? stations : []) {
    const at = place(station, view);
    if (!at || inFrame(...at)) continue;
    const w = measure(station.label, true) + 8;
    const found = placeLabel(space, { x: at[0], y: at[1], r: 6, w, h: 20, over: false }, memory.get(station.code));
    if (!found) continue;
    memory.set(station.code, found.slot);
    scene.names.push({ ...found, w, text: station.label });
  }
  return scene;
}

/** Calm incidents closer than 16 px become one ring with a count. */
function mergeCalm(marks, rings, show) {
  const cells = new Map();
  for (const mark of marks) {
    const column = Math.floor(mark.x / MERGE_PX);
    const line = Math.floor(mark.y / MERGE_PX);
    let near = null;
    for (let dx = -1; dx <= 1 && !near; dx += 1)
      for (let dy = -1; dy <= 1 && !near; dy += 1) {
        const other = cells.get((column + dx) * 8192 + line + dy);
        if (other && Math.hypot(other[0].x - mark.x, other[0].y - mark.y) < MERGE_PX) near = other;
      }
    if (near) near.push(mark);
    else cells.set(column * 8192 + line, [mark]);
  }
  for (const group of cells.values()) {
    if (group.length === 1) show(group[0]);
    else rings.push({ x: group[0].x, y: group[0].y, count: group.length, numbers: group.map(({ row }) => row.number) });
  }
}

/** Hot labels first, then the selected, then calm ids, then call signs: what comes last is dropped first. */
function label(scene, space, { district, street, memory, measure, titleOf, now }) {
  const rank = (mark) => (mark.selected ? 0 : mark.hot ? 1 : 2);
  for (const mark of [...scene.incidents].sort((a, b) => rank(a) - rank(b))) {
    const id = serial(mark.row.number);
    const timer = mark.hot ? mark.timer : "";
    const words = street ? titleOf(mark.row).slice(0, 14) : "";
    const w = measure(id, true) + (timer ? measure(timer, true) + 8 : 0) + (words ? measure(words) + 8 : 0) + 14;
    const wanted = { x: mark.x, y: mark.y, r: scene.size / 2, w, h: 22, far: mark.hot || mark.selected, over: mark.hot || mark.selected };
    const found = placeLabel(space, wanted, memory.get(mark.row.number));
    if (!found) continue;
    memory.set(mark.row.number, found.slot);
    scene.labels.push({ ...found, ...size(w), mark, id, timer, words });
  }
  for (const mark of scene.units) {
    if (district && !mark.forced) continue;
    const { unit } = mark;
    const text = street && mark.stale ? `${unit.call_sign} ${ago(now - ms(unit.position_at))}` : unit.call_sign;
    const w = measure(text) + 6;
    const found = placeLabel(space, { x: mark.x, y: mark.y, r: 7, w, h: 16, far: false, over: false }, memory.get(unit.id));
    if (!found) continue;
    memory.set(unit.id, found.slot);
    scene.labels.push({ ...found, w, h: 16, mark, text });
  }
}

const size = (w) => ({ w, h: 22 });
