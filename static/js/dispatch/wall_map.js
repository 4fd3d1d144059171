/* The wall's map: stations tinted by their worst incident, hot marks named by their station, calm marks as outlines and
 * only where no hot one is near. Painted each second; nothing on it can be touched.
 * mountWallMap(canvas, state) */

import { mercator } from "../lib/geo.js";
import { Sprites, palette } from "../lib/symbols.js";
import { followGround } from "./map_ground_follow.js";
import { Space, placeLabel } from "./map_labels.js";
import { place, sized, viewAt } from "./map_view.js";
import { worstOf } from "./wall_stations.js";

const TINT = { escalated: "esc-back", late: "late-back" };
const EDGE = { escalated: "esc", late: "late", soon: "soon" };
const NEAR = 46; // in wall units: a calm mark nearer to a hot one is not drawn
const NAMED = 9;

export function mountWallMap(canvas, state) {
  const face = getComputedStyle(document.body).fontFamily;
  let ground = null;
  let colours;
  let sprites;
  const colour = () => {
    colours = { ...palette(), face };
    sprites = new Sprites(colours);
  };
  colour();

  function view(unit) {
    const { clientWidth: width, clientHeight: height } = canvas.parentElement;
    const { west, south, east, north } = ground.bounds;
    const [x1, y1] = mercator(north, west);
    const [x2, y2] = mercator(south, east);
    const edge = 16 * unit;
    const scale = Math.min((width - 2 * edge) / (x2 - x1), (height - 2 * edge) / (y2 - y1));
    const zoom = Math.log2(scale / 256);
    return viewAt(zoom, x1 * scale - (width - (x2 - x1) * scale) / 2, y1 * scale - (height - (y2 - y1) * scale) / 2, width, height);
  }

  function paint() {
    if (!ground) return;
    const unit = canvas.parentElement.clientWidth / 828;
    const now = view(unit);
    const context = sized(canvas, now.width, now.height);
    context.clearRect(0, 0, now.width, now.height);
    const tints = new Map();
    for (const [station, worst] of worstOf(state)) if (TINT[worst]) tints.set(station, colours[TINT[worst]]);
    ground.paint(context, now, colours, { tints, grids: false });

    const space = new Space(now.width, now.height);
    const hot = [];
    const calm = [];
    for (const { row, urgency } of state.entries) {
      const at = place(row, now);
      if (at) (urgency.state === "calm" ? calm : hot).push({ x: at[0], y: at[1], row, state: urgency.state });
    }
    const size = 44 * unit;
    for (const { x, y } of hot) space.block(x - size / 2, y - size / 2, size, size);
    for (const { x, y, row } of calm) {
      if (hot.some((mark) => Math.hypot(mark.x - x, mark.y - y) < NEAR * unit) || !space.free(x - 12, y - 12, 24, 24)) continue;
      space.block(x - 12, y - 12, 24, 24);
      stamp(context, sprites.priority(row.priority, "calm", Math.round(22 * unit), true), x, y);
    }
    const labels = names(hot.slice(0, NAMED), space, context, unit);
    for (const mark of [...hot].reverse()) {
      stamp(context, sprites.priority(mark.row.priority, mark.state, Math.round(size)), mark.x, mark.y);
      if (mark.state === "escalated") ring(context, mark, size * 0.72, colours.esc, 3 * unit);
    }
    for (const label of labels) paintName(context, label, unit);
  }

  const stamp = (context, { image, half }, x, y) => context.drawImage(image, x - half, y - half, 2 * half, 2 * half);

  /** One name per station, at its hottest mark. */
  function names(marks, space, context, unit) {
    const named = new Set();
    const labels = [];
    context.font = `700 ${34 * unit}px ${face}`;
    for (const mark of marks) {
      const text = state.station(mark.row);
      if (!text || mark.state === "soon" || named.has(text)) continue;
      const w = context.measureText(text).width + 20 * unit;
      const found = placeLabel(space, { x: mark.x, y: mark.y, r: 26 * unit, w, h: 46 * unit, far: true, over: false });
      if (!found) continue;
      named.add(text);
      labels.push({ ...found, w, h: 46 * unit, text, mark });
    }
    return labels;
  }

  function paintName(context, { x, y, w, h, text, mark }, unit) {
    context.beginPath();
    context.roundRect(x, y, w, h, 4 * unit);
    context.fillStyle = colours.raised;
    context.fill();
    context.strokeStyle = colours[EDGE[mark.state]];
    context.lineWidth = 2.5 * unit;
    context.stroke();
    context.fillStyle = colours.ink;
    context.font = `700 ${34 * unit}px ${face}`;
    context.textAlign = "left";
    context.fillText(text, x + 10 * unit, y + 35 * unit);
  }

  function ring(context, { x, y }, r, stroke, width) {
    context.beginPath();
    context.arc(x, y, r, 0, 2 * Math.PI);
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.stroke();
  }

  state.addEventListener("entries", paint);
  document.addEventListener("modechange", () => (colour(), paint()));
  new ResizeObserver(() => (colour(), paint())).observe(canvas.parentElement);
  followGround(state.live, state.config.urls.grids, (loaded) => {
    ground = loaded;
    paint();
  });
}
