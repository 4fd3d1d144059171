/* The ground: grids, station lines, district line, as paths made when first needed and painted at any zoom.
 * Ground.of(collection), GeoJSON as /api/grids/ answers it (map_ground_follow.js asks for it), one of each: ground.collection
 * ground.bounds {west, south, east, north}; ground.cells [{code, station, x, y}] (middle, in mercator 0…1)
 * ground.paint(context, view, colours, {tints: Map(station → colour), over}) — land, tints, `over()`, grids, stations, district
 * ground.grid(code) → path; ground.fill(context, view, path, colour, {hatch})
 * ground.codes(context, view, colours) — grid codes, at street zoom
 * A view is {scale, x, y, width, height}: screen x = mercator x * scale − x; viewOf(map) and project() are in map_view.js */

import { mercator } from "../lib/geo.js";

const UNITS = 256 * 2 ** 16; // path units per world: fine enough for zoom 18, small enough for the canvas's floats
const STREET_ZOOM = 15;
const HATCH_PX = 7;

const ringsOf = ({ type, coordinates }) =>
  type === "Polygon" ? coordinates : type === "MultiPolygon" ? coordinates.flat() : [];

const made = new WeakMap(); // collection → its ground: who shows it and who paints it in the page share one

export class Ground {
  static of(collection) {
    if (!made.has(collection)) made.set(collection, new Ground(collection));
    return made.get(collection);
  }

  constructor(collection) {
    const by = { grid: [], station: [], district: [] };
    for (const feature of collection.features) by[feature.properties.kind ?? "grid"]?.push(feature);
    this.collection = collection;
    this.by = by;
    this.bounds = boundsOf(by.district.length ? by.district : by.grid);
    [this.ox, this.oy] = mercator(this.bounds.north, this.bounds.west);
    this.features = new Map(by.grid.map((feature) => [feature.properties.code, feature]));
    this.cellPaths = new Map();
    this.cells = by.grid.map(({ properties, geometry }) => {
      const [x, y] = mercator(...(properties.lat ? [properties.lat, properties.lon] : middle(geometry)));
      return { code: properties.code, station: properties.station, x, y };
    });
  }

  /** Made when something is drawn: who only asks where things lie needs none. */
  get lines() {
    return (this.kept ??= {
      grids: this.#borders(this.by.grid),
      stations: this.#borders(this.by.station),
      district: this.#path(this.by.district),
      areas: new Map(this.by.station.map((feature) => [feature.properties.code, this.#path([feature])])),
    });
  }

  /** The path of one grid, made when it is first asked for; undefined for a code that is not drawn. */
  grid(code) {
    if (!this.cellPaths.has(code) && this.features.has(code)) this.cellPaths.set(code, this.#path([this.features.get(code)]));
    return this.cellPaths.get(code);
  }

  /** Fill a path of this ground; `hatch` draws slanting lines instead, so that it shows on any tint. */
  fill(context, view, path, colour, { hatch = false } = {}) {
    const factor = view.scale / UNITS;
    const screen = context.getTransform();
    context.save();
    context.translate(this.ox * view.scale - view.x, this.oy * view.scale - view.y);
    context.scale(factor, factor);
    if (!hatch) {
      context.fillStyle = colour;
      context.fill(path, "evenodd");
      return context.restore();
    }
    context.clip(path, "evenodd");
    context.setTransform(screen);
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.beginPath();
    for (let x = -view.height; x < view.width; x += HATCH_PX) {
      context.moveTo(x, view.height);
      context.lineTo(x + view.height, 0);
    }
    context.stroke();
    context.restore();
  }

  #path(features) {
    const path = new Path2D();
    for (const { geometry } of features) {
      for (const ring of ringsOf(geometry)) {
        ring.forEach((point, index) => path[index ? "lineTo" : "moveTo"](...this.#at(point)));
        path.closePath();
      }
    }
    return path;
  }

  /** Every border once: neighbours share theirs, and a line drawn twice costs twice and looks bolder. */
  #borders(features) {
    const path = new Path2D();
    const drawn = new Set();
    for (const { geometry } of features) {
      for (const ring of ringsOf(geometry)) {
        let pen = false;
        for (let index = 1; index < ring.length; index += 1) {
          const from = ring[index - 1];
          const to = ring[index];
          const forth = from[0] < to[0] || (from[0] === to[0] && from[1] < to[1]);
          const key = forth ? `${from},${to}` : `${to},${from}`;
          if (drawn.has(key)) {
            pen = false;
            continue;
          }
          drawn.add(key);
          if (!pen) path.moveTo(...this.#at(from));
          path.lineTo(...this.#at(to));
          pen = true;
        }
      }
    }
    return path;
  }

  #at([lon, lat]) {
    const [x, y] = mercator(lat, lon);
    return [(x - this.ox) * UNITS, (y - this.oy) * UNITS];
  }

  paint(context, view, colours, { tints = new Map(), grids = true, over = null } = {}) {
    const factor = view.scale / UNITS;
    context.save();
    context.translate(this.ox * view.scale - view.x, this.oy * view.scale - view.y);
    context.scale(factor, factor);
    context.lineJoin = context.lineCap = "round";
    const stroke = (path, colour, width) => {
      context.strokeStyle = colour;
      context.lineWidth = width / factor;
      context.stroke(path);
    };
    context.fillStyle = colours.land;
    const { lines } = this;
    context.fill(lines.district, "evenodd");
    for (const [station, colour] of tints) {
      const path = lines.areas.get(station);
      if (!path) continue;
      context.fillStyle = colour;
      context.fill(path, "evenodd");
    }
    if (over) {
      context.restore();
      over();
      context.save();
      context.translate(this.ox * view.scale - view.x, this.oy * view.scale - view.y);
      context.scale(factor, factor);
      context.lineJoin = context.lineCap = "round";
    }
    if (grids) stroke(lines.grids, colours.cell, view.zoom >= 13 ? 1.4 : 1);
    stroke(lines.stations, colours.stline, view.zoom >= 13 ? 2 : 1.3);
    stroke(lines.district, colours.out, 2);
    context.restore();
  }

  codes(context, view, colours) {
    if (view.zoom < STREET_ZOOM) return;
    context.fillStyle = colours.ink3;
    context.font = `400 12px ${colours.face}`;
    context.textAlign = "center";
    for (const { code, x, y } of this.cells) {
      const sx = x * view.scale - view.x;
      const sy = y * view.scale - view.y;
      if (sx > 0 && sy > 0 && sx < view.width && sy < view.height) context.fillText(code, sx, sy);
    }
  }

  /** The window of `w` × `h` (mercator) with the most grids: the dense town. */
  densest(w, h) {
    let best = { count: -1, x: 0, y: 0 };
    for (const { x, y } of this.cells) {
      const inside = this.cells.filter((cell) => Math.abs(cell.x - x) < w / 2 && Math.abs(cell.y - y) < h / 2);
      if (inside.length > best.count) best = { count: inside.length, x, y };
    }
    return best;
  }
}

function boundsOf(features) {
  const bounds = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  for (const { geometry } of features) {
    for (const ring of ringsOf(geometry)) {
      for (const [lon, lat] of ring) {
        bounds.west = Math.min(bounds.west, lon);
        bounds.east = Math.max(bounds.east, lon);
        bounds.south = Math.min(bounds.south, lat);
        bounds.north = Math.max(bounds.north, lat);
      }
    }
  }
  return bounds;
}

function middle(geometry) {
  const ring = ringsOf(geometry)[0];
  const sum = ring.reduce(([a, b], [lon, lat]) => [a + lat, b + lon], [0, 0]);
  return sum.map((value) => value / ring.length);
}
