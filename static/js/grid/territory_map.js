/* The map of the editor: every grid as it will be, its marks, and what is chosen. Leaflet's canvas, geometry kept per shape.
 * const map = new TerritoryMap(box, state, config)
 * map.leaflet; map.fit(keys); map.whole(); map.project([lon, lat]) → [x, y]; map.preview(rows | null)
 * map.redraw({key: boundary}) — of grids under the hand; map.showFault(fault) — zooms there and rings it
 * lonLat(L.LatLng) → [lon, lat]; latLng([lon, lat]) → [lat, lon], as Leaflet takes it
 * Events: choose {key, many} (a click on a grid, Shift or Ctrl for several) */

import { el } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { chinese, gettext } from "../lib/i18n.js";
import { token } from "../lib/mode.js";
import { boxOf, ringsOf } from "./territory_shape.js";

const CODES_FROM = 14;
const MOST_CODES = 160;
const RETRY_MS = 3000;
const DIALOG_PX = 410; // the import's form lies over the map's right side

export const lonLat = ({ lat, lng }) => [lng, lat];
export const latLng = ([lon, lat]) => [lat, lon];
const outline = (boundary) => {
  const rings = ringsOf(boundary);
  const parts = [];
  for (const { path, points } of rings) (parts[path[0]] ??= [])[path[1]] = points.map(latLng);
  return parts;
};

const largest = ({ type, coordinates }) =>
  type === "Polygon" ? { type, coordinates } : { type: "Polygon", coordinates: coordinates.reduce((best, part) => (part[0].length > best[0].length ? part : best)) };

export class TerritoryMap extends EventTarget {
  constructor(box, state, config) {
    super();
    this.state = state;
    this.config = config;
    const { center, zoom, min_zoom: minZoom, max_zoom: maxZoom, tiles } = config.map;
    this.leaflet = L.map(box, {
      minZoom, maxZoom: maxZoom + 2, zoomSnap: 0.25, attributionControl: false, fadeAnimation: false, zoomAnimation: false,
      markerZoomAnimation: false, doubleClickZoom: false, boxZoom: false, keyboardPanDelta: 60, zoomControl: false,
    }).setView(center, zoom); // prettier-ignore
    for (const { url, options } of tiles) L.tileLayer(url, options).addTo(this.leaflet);
    this.renderer = L.canvas({ padding: 0.3, tolerance: 4 });
    this.cells = new Map(); // key → {layer, boundary}
    this.lines = L.layerGroup().addTo(this.leaflet);
    this.marks = L.layerGroup().addTo(this.leaflet);
    this.names = L.layerGroup().addTo(this.leaflet);
    this.shown = L.layerGroup().addTo(this.leaflet);
    this.ring = null;
    for (const name of ["territory", "plan"]) state.addEventListener(name, () => this.draw());
    state.addEventListener("select", () => this.#style());
    this.leaflet.on("moveend", () => this.#label());
    this.leaflet.on("zoomend", () => this.#lines());
    document.addEventListener("modechange", () => this.draw());
    this.#stations();
    new ResizeObserver(() => this.leaflet.invalidateSize({ pan: false })).observe(box);
  }

  /** The lines and names of the stations as they are now, for the eye: nobody edits them. */
  async #stations() {
    const found = await get("/api/grids/").catch(() => null);
    if (!found) return void setTimeout(() => this.#stations(), RETRY_MS);
    this.stationLines = found.features.filter(({ properties }) => properties.kind === "station");
    this.#lines();
  }

  #lines() {
    this.lines.clearLayers();
    const far = this.leaflet.getZoom() < CODES_FROM;
    for (const { properties, geometry } of this.stationLines ?? []) {
      L.polygon(outline(geometry), { renderer: this.renderer, color: token("out"), weight: far ? 1.6 : 1.2, fill: false, interactive: false }).addTo(this.lines);
      if (!far) continue;
      const icon = L.divIcon({ className: "station-name", html: el("span", {}, chinese ? properties.name : properties.name_en), iconSize: null });
      L.marker(this.#middle(largest(geometry)), { icon, interactive: false, keyboard: false }).addTo(this.lines);
    }
  }

  project = (point) => {
    const { x, y } = this.leaflet.latLngToContainerPoint(latLng(point));
    return [x, y];
  };

  draw() {
    const here = new Set();
    for (const key of this.state.keys()) {
      const { boundary } = this.state.shape(key);
      here.add(key);
      const cell = this.cells.get(key);
      if (!cell) this.cells.set(key, { boundary, layer: this.#cell(key, boundary) });
      else if (cell.boundary !== boundary) {
        cell.layer.setLatLngs(outline(boundary));
        cell.boundary = boundary;
      }
    }
    for (const [key, { layer }] of this.cells) {
      if (here.has(key)) continue;
      layer.remove();
      this.cells.delete(key);
    }
    this.#style();
    this.#lines();
    this.#mark();
    this.#label();
  }

  /** While a border is being dragged: shapes that are not yet the state's. */
  redraw(boundaries) {
    for (const [key, boundary] of Object.entries(boundaries)) {
      const cell = this.cells.get(key);
      if (!cell) continue;
      cell.layer.setLatLngs(outline(boundary));
      cell.boundary = boundary;
    }
  }

  #cell(key, boundary) {
    const layer = L.polygon(outline(boundary), { renderer: this.renderer, weight: 1, bubblingMouseEvents: true }).addTo(this.leaflet);
    layer.on("click", ({ originalEvent }) => {
      const many = originalEvent.shiftKey || originalEvent.ctrlKey || originalEvent.metaKey;
      this.dispatchEvent(new CustomEvent("choose", { detail: { key, many } }));
    });
    return layer;
  }

  #style() {
    const { state } = this;
    const colours = Object.fromEntries(["land", "stline", "ink", "ink3", "focus", "raised"].map((name) => [name, token(name)]));
    for (const [key, { layer }] of this.cells) {
      const shape = state.shape(key);
      const style = { color: colours.stline, weight: 1, dashArray: null, fillColor: colours.land, fillOpacity: 1 };
      if (shape.kind === "changed") Object.assign(style, { color: colours.ink, weight: 2, fillColor: colours.raised });
      if (shape.kind === "new") Object.assign(style, { color: colours.ink, weight: 2.5, dashArray: "6 3", fillColor: colours.raised });
      if (shape.kind === "removed") Object.assign(style, { color: colours.ink3, weight: 1, dashArray: "2 4", fillOpacity: 0 });
      if (state.selected.has(key)) Object.assign(style, { color: colours.focus, weight: 3 });
      layer.setStyle(style);
    }
    for (const [key, { layer }] of this.cells) if (state.shape(key).kind !== "kept") layer.bringToFront();
    for (const key of state.selected) this.cells.get(key)?.layer.bringToFront();
  }

  #mark() {
    this.marks.clearLayers();
    for (const fault of this.state.faults) this.#fault(fault);
    const vacant = this.state.keys().map((key) => this.state.shape(key)).filter((shape) => shape.vacant && !shape.removed);
    for (const { boundary, code } of vacant.slice(0, 200)) {
      const icon = L.divIcon({ className: "vacancy", html: el("span", { title: `${code} ${gettext("without an officer")}` }, gettext("vacant")), iconSize: null });
      L.marker(this.#middle(boundary), { icon, interactive: false, keyboard: false }).addTo(this.marks);
    }
  }

  #fault({ area, blocking, kind }) {
    if (!area || kind === "unnamed" || kind === "twice" || kind === "stale" || kind === "station") return;
    const colour = blocking ? token("late") : token("soon");
    if (area.type === "Point") {
      L.circleMarker(latLng(area.coordinates), { renderer: this.renderer, radius: 9, color: colour, weight: 3, fill: false, interactive: false }).addTo(this.marks);
      return;
    }
    const style = { renderer: this.renderer, color: token("ink"), weight: 1.5, fillColor: colour, fillOpacity: kind === "sliver" || kind === "parts" ? 0.15 : 0.5, interactive: false };
    L.polygon(outline(area), style).addTo(this.marks);
  }

  #label() {
    this.names.clearLayers();
    if (this.leaflet.getZoom() < CODES_FROM) return;
    const view = this.leaflet.getBounds();
    let left = MOST_CODES;
    for (const key of this.state.keys()) {
      const { boundary, code, removed } = this.state.shape(key);
      const at = this.#middle(boundary);
      if (removed || !view.contains(at) || !left--) continue;
      const icon = L.divIcon({ className: "grid-name", html: el("span", {}, code || "—"), iconSize: null });
      L.marker(at, { icon, interactive: false, keyboard: false }).addTo(this.names);
    }
  }

  #middle(boundary) {
    const [{ points }] = ringsOf(boundary);
    let [x, y, twice] = [0, 0, 0];
    points.forEach(([x1, y1], index) => {
      const [x2, y2] = points[(index + 1) % points.length];
      const cross = (x1 - points[0][0]) * (y2 - points[0][1]) - (x2 - points[0][0]) * (y1 - points[0][1]);
      twice += cross;
      x += (x1 + x2 + points[0][0]) * cross;
      y += (y1 + y2 + points[0][1]) * cross;
    });
    return twice ? [y / (3 * twice), x / (3 * twice)] : latLng(points[0]);
  }

  // --- views ------------------------------------------------------------------------------------------------
  whole() {
    this.fit(this.state.keys());
  }

  fit(keys) {
    const boxes = keys.map((key) => this.state.shape(key)?.boundary).filter(Boolean).map(boxOf);
    if (boxes.length) this.#fitBoxes(boxes);
  }

  #fitBoxes(boxes, maxZoom = 17, covered = 0) {
    const ends = [0, 1].map((i) => Math.min(...boxes.map((box) => box[i]))).concat([2, 3].map((i) => Math.max(...boxes.map((box) => box[i]))));
    this.leaflet.fitBounds([[ends[1], ends[0]], [ends[3], ends[2]]], { paddingTopLeft: [40, 40], paddingBottomRight: [40 + covered, 40], maxZoom, animate: false });
  }

  showFault({ area }) {
    this.ring?.remove();
    if (!area) return;
    if (area.type === "Point") this.leaflet.setView(latLng(area.coordinates), 17, { animate: false });
    else this.#fitBoxes([boxOf(area)], 18);
    const centre = area.type === "Point" ? latLng(area.coordinates) : this.#middle(area);
    const ring = L.circleMarker(centre, { renderer: this.renderer, radius: 26, color: token("focus"), weight: 3, fill: false, interactive: false }).addTo(this.leaflet);
    this.ring = ring;
    setTimeout(() => ring.remove(), 4000); // this one: by then another may stand
  }

  /** What a file would bring, over all else. */
  preview(rows) {
    this.shown.clearLayers();
    if (!rows) return;
    const style = { new: { color: token("focus"), dashArray: "6 3" }, changed: { color: token("ink") }, removed: { color: token("ink3"), dashArray: "2 4" }, problem: { color: token("late") } };
    for (const { boundary, kind, code } of rows) {
      if (!boundary) continue;
      L.polygon(outline(boundary), { renderer: this.renderer, weight: 2, fillOpacity: 0.1, ...style[kind ?? "problem"] }).bindTooltip(el("span", {}, code || "—")).addTo(this.shown);
    }
    const boxes = rows.filter(({ boundary }) => boundary).map(({ boundary }) => boxOf(boundary));
    if (boxes.length) this.#fitBoxes(boxes, 17, DIALOG_PX);
  }
}
