/* What stands where in a view: marks, docked units, rings of calm incidents, groups of free units, labels. Pure arrangement, no painting.
 * arrange(view, {entries, units, selected, ticked, now, frame, taken, stations, memory, measure}) → scene
 * scene: {incidents, dots, rings, units, groups, labels, names, lines, hits}
 *   hits [{x, y, number | unit | group: [unit id]}] for the hand; `frame` {x, y, w, h} is what the lens shows: inside it only dots;
 *   `taken` [{x, y, w, h}] is where the lens and the map's bar lie: no label goes under them */

import { metres } from "../lib/geo.js";
import { ago } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { Space, placeLabel } from "./map_labels.js";
import { place } from "./map_view.js";
import { STALE_MS, positionAge } from "./unit_age.js";

const MERGE_PX = 16;
const FAR_M = 500; // who says "on scene" from further away is drawn where it is, as the server marks it
const HOT = new Set(["escalated", "late", "soon"]);

const CROWD = 400; // units in one view beyond which each is drawn smaller
const THRONG = 150; // free units in one view beyond which those that overlap are counted together
const GROUP_PX = 30;
const GROUP_FAR_PX = 44; // where the whole district is seen
const FLOOD = 120; // incidents beyond which each is drawn smaller over the district, and calm ones merge sooner
const MERGE_FLOOD_PX = 22;

export function arrange(view, { entries, units: all, selected, ticked, now, frame, taken = [], stations, memory, measure, titleOf }) {
  const district = view.zoom <= 12.5;
  const street = view.zoom >= 15;
  const flood = district && entries.length > FLOOD;
  const size = district ? (flood ? 20 : 24) : 26;
  const units = [...all].filter((unit) => unit.status !== "off_duty");
  const unitSize = district && units.length > CROWD ? 12 : district ? 16 : street ? 26 : 22;
  const scene = { incidents: [], dots: [], rings: [], units: [], groups: [], labels: [], names: [], lines: [], hits: [], size, unitSize };
  const space = new Space(view.width, view.height, view.inner);
  for (const { x, y, w, h } of taken) space.block(x, y, w, h);
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

  for (const group of near(calm, flood ? MERGE_FLOOD_PX : MERGE_PX)) {
    if (group.length === 1) show(group[0]);
    else scene.rings.push({ x: group[0].x, y: group[0].y, count: group.length });
  }

  const forced = new Set(ticked);
  const current = shown.get(selected);
  for (const order of current?.row.assignments ?? []) forced.add(order.unit);
  const docks = new Map();
  const free = [];
  for (const unit of units) {
    const at = place(unit, view);
    if (!at || !seen(...at)) continue;
    const stale = positionAge(unit, now) > STALE_MS;
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
    if (unit.status === "free" && !mark.forced) free.push(mark);
    else stand(mark);
  }

  function stand(mark) {
    scene.units.push(mark);
    scene.hits.push({ x: mark.x, y: mark.y, unit: mark.unit.id });
    space.block(mark.x - 6, mark.y - 6, 12, 12, mark.forced || mark.unit.status === "on_scene");
    if (mark.forced && current) scene.lines.push({ from: current, to: mark, dotted: ticked.has(mark.unit.id) });
  }

  for (const group of near(free, free.length <= THRONG ? 0 : district ? GROUP_FAR_PX : GROUP_PX)) {
    if (group.length === 1) {
      stand(group[0]);
      continue;
    }
    const { x, y } = group[0];
    scene.groups.push({ x, y, count: group.length, stale: group.every((mark) => mark.stale) });
    scene.hits.push({ x, y, group: group.map((mark) => mark.unit.id) });
    space.block(x - 10, y - 8, 20, 16, false);
  }

  // what is placed last is dropped first: calm ids, then call signs, then names
  const told = { district, street, memory, measure, titleOf, now };
  labelIncidents(scene, space, told, ({ hot, selected }) => hot || selected);
  labelUnits(scene, space, told, ({ forced }) => forced);
  for (const station of street ? [] : stations) {
    const at = place(station, view);
    if (!at || inFrame(...at)) continue;
    const w = measure(station.label, true) + 8;
    const found = placeLabel(space, { x: at[0], y: at[1], r: 6, w, h: 20, over: true }, memory.get(station.code));
    if (!found) continue;
    memory.set(station.code, found.slot);
    scene.names.push({ ...found, w, text: station.label });
  }
  if (!district) labelUnits(scene, space, told, ({ forced }) => !forced);
  labelIncidents(scene, space, told, ({ hot, selected }) => !hot && !selected);
  return scene;
}

/** Marks closer than `within` pixels to the first of a group, together. */
function near(marks, within) {
  if (!within) return marks.map((mark) => [mark]);
  const cells = new Map();
  const groups = [];
  for (const mark of marks) {
    const column = Math.floor(mark.x / within);
    const line = Math.floor(mark.y / within);
    let found = null;
    for (let dx = -1; dx <= 1 && !found; dx += 1)
      for (let dy = -1; dy <= 1 && !found; dy += 1)
        found = cells.get((column + dx) * 8192 + line + dy)?.find(([first]) => Math.hypot(first.x - mark.x, first.y - mark.y) < within);
    if (found) {
      found.push(mark);
      continue;
    }
    const group = [mark];
    const key = column * 8192 + line;
    groups.push(group);
    if (cells.has(key)) cells.get(key).push(group);
    else cells.set(key, [group]);
  }
  return groups;
}

function labelIncidents(scene, space, { street, memory, measure, titleOf }, which) {
  for (const mark of scene.incidents.filter(which).sort((a, b) => b.selected - a.selected)) {
    const id = serial(mark.row.number);
    const timer = mark.hot ? mark.timer : "";
    const words = street ? titleOf(mark.row).slice(0, 14) : "";
    const w = measure(id, true) + (timer ? measure(timer, true) + 8 : 0) + (words ? measure(words) + 8 : 0) + 14;
    const wanted = { x: mark.x, y: mark.y, r: scene.size / 2, w, h: 22, far: mark.hot || mark.selected, over: mark.hot || mark.selected };
    const found = placeLabel(space, wanted, memory.get(mark.row.number));
    if (!found) continue;
    memory.set(mark.row.number, found.slot);
    scene.labels.push({ ...found, w, h: 22, mark, id, timer, words });
  }
}

function labelUnits(scene, space, { street, memory, measure, now }, which) {
  for (const mark of scene.units.filter(which)) {
    const { unit } = mark;
    const age = street && mark.stale ? ` ${ago(positionAge(unit, now))}` : "";
    const w = measure(unit.call_sign) + (age ? measure(age) : 0) + 6;
    const found = placeLabel(space, { x: mark.x, y: mark.y, r: 7, w, h: 16, far: false, over: false }, memory.get(unit.id));
    if (!found) continue;
    memory.set(unit.id, found.slot);
    scene.labels.push({ ...found, w, h: 16, mark, text: unit.call_sign + age, kept: !age });
  }
}
