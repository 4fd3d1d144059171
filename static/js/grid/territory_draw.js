/* The hand of the editor. Corners are dragged with all the grids that share them; lines and areas are drawn point by
 * point; everything snaps to the corners and edges that are there (Alt: not).
 * const draw = new Draw(map, state); draw.start("split" | "area"); draw.cancel(); draw.tool
 * Events: line {line: [[lon, lat]…]}, area {boundary, beside: key | null}, tool
 * By keyboard: a corner has the focus, arrows move it (Shift: a tenth), Delete takes it out; while drawing the arrows
 * move the map and Space sets a point at the cross in its middle, Enter ends, Backspace takes the last point back. */

import { el } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";
import { token } from "../lib/mode.js";
import { latLng, lonLat } from "./territory_map.js";
import { corners, holders, moved, ringsOf, same, snapped, without } from "./territory_shape.js";

const NEAR_PX = 12;
const MOST_HANDLES = 400;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class Draw extends EventTarget {
  constructor(map, state) {
    super();
    this.map = map;
    this.state = state;
    this.tool = null;
    this.points = [];
    this.beside = null;
    this.handles = L.layerGroup().addTo(map.leaflet);
    this.handled = new Map(); // the node of each handle → its point
    this.sketch = L.layerGroup().addTo(map.leaflet);
    this.box = map.leaflet.getContainer();
    this.cross = el("div.cross", { "aria-hidden": "true", hidden: true });
    this.box.append(this.cross);
    state.addEventListener("select", () => this.#handles());
    state.addEventListener("plan", () => (this.pressed ? (this.late = true) : this.#handles()));
    map.leaflet.on("click", (event) => this.#click(event));
    map.leaflet.on("dblclick", () => this.finish());
    map.leaflet.on("mousemove", (event) => this.#follow(event));
    map.leaflet.on("zoomend", () => this.#handles());
    this.box.addEventListener("keydown", (event) => this.#key(event));
    for (const type of ["pointerup", "pointercancel"]) addEventListener(type, () => this.#letGo());
  }

  // --- lines and areas ----------------------------------------------------------------------------------------
  start(tool) {
    this.cancel();
    this.tool = tool;
    this.box.classList.add("drawing");
    this.box.focus();
    this.#handles();
    this.dispatchEvent(new CustomEvent("tool"));
  }

  cancel() {
    if (!this.tool) return false;
    this.tool = null;
    this.points = [];
    this.beside = null;
    this.cross.hidden = true;
    this.sketch.clearLayers();
    this.box.classList.remove("drawing");
    this.#handles();
    this.dispatchEvent(new CustomEvent("tool"));
    return true;
  }

  back() {
    if (!this.points.length) return this.cancel();
    this.points.pop();
    this.#sketch();
    return true;
  }

  #snap(point, event, options = {}) {
    if (event?.altKey) return { point, kind: null, key: null };
    return snapped(options.shapes ?? this.state.shapes(), point, { near: NEAR_PX, project: this.map.project, ...options });
  }

  #click({ latlng, originalEvent }) {
    if (this.tool) this.#add(lonLat(latlng), originalEvent);
  }

  #add(raw, event) {
    const first = this.points[0];
    if (this.tool === "area" && this.points.length > 2) {
      const [[x, y], [fx, fy]] = [this.map.project(raw), this.map.project(first)];
      if (Math.hypot(x - fx, y - fy) < NEAR_PX) return this.finish();
    }
    const { point, key } = this.#snap(raw, event);
    this.beside ??= key;
    if (!this.points.length || !same(point, this.points.at(-1))) this.points.push(point);
    this.#sketch(point);
  }

  finish() {
    const { tool, points, beside } = this;
    if (!tool || points.length < (tool === "area" ? 3 : 2)) return;
    this.cancel();
    const detail = tool === "area" ? { beside, boundary: { type: "Polygon", coordinates: [[...points, points[0]]] } } : { line: points };
    this.dispatchEvent(new CustomEvent(tool === "area" ? "area" : "line", { detail }));
  }

  #follow({ latlng, originalEvent }) {
    if (this.tool) this.#sketch(lonLat(latlng), originalEvent);
  }

  #sketch(pointer, event) {
    this.sketch.clearLayers();
    const colour = token("focus");
    const snap = pointer ? this.#snap(pointer, event) : null;
    const line = [...this.points, ...(snap ? [snap.point] : [])].map(latLng);
    const closed = this.tool === "area" && line.length > 2;
    (closed ? L.polygon(line, { color: colour, weight: 2, fillOpacity: 0.08, interactive: false }) : L.polyline(line, { color: colour, weight: 2, interactive: false })).addTo(this.sketch);
    for (const point of this.points) L.circleMarker(latLng(point), { radius: 4, color: colour, fillColor: token("raised"), fillOpacity: 1, weight: 2, interactive: false }).addTo(this.sketch);
    if (snap?.kind) L.circleMarker(latLng(snap.point), { radius: snap.kind === "corner" ? 8 : 6, color: token("ink"), weight: 2, fill: false, interactive: false }).addTo(this.sketch);
  }

  // --- corners ----------------------------------------------------------------------------------------------------
  #handles(focus = this.handled.get(document.activeElement)) {
    this.handles.clearLayers();
    this.handled.clear();
    const key = this.state.only;
    const shape = key && this.state.shape(key);
    if (!shape || shape.removed || !this.state.editable || this.tool || corners(shape.boundary) > MOST_HANDLES) return;
    for (const { points } of ringsOf(shape.boundary)) {
      points.forEach((point, index) => {
        this.#handle(point, "corner", focus);
        const next = points[(index + 1) % points.length];
        const middle = [(point[0] + next[0]) / 2, (point[1] + next[1]) / 2];
        const [[ax, ay], [bx, by]] = [this.map.project(point), this.map.project(next)];
        if (Math.hypot(ax - bx, ay - by) > 40) this.#handle(middle, "middle", null);
      });
    }
  }

  #handle(point, kind, focus) {
    const corner = kind === "corner";
    const icon = L.divIcon({ className: `handle ${kind}`, iconSize: corner ? [14, 14] : [10, 10] });
    const alt = corner ? gettext("Corner") : gettext("New corner");
    const marker = L.marker(latLng(point), { icon, draggable: true, keyboard: true, alt, autoPan: true }).addTo(this.handles);
    const node = marker.getElement();
    this.handled.set(node, point);
    node.setAttribute("aria-label", alt);
    node.addEventListener("pointerdown", () => (this.pressed = true));
    marker.on("dragstart", () => this.#grab(point));
    marker.on("drag", (event) => marker.setLatLng(latLng(this.#pull(lonLat(marker.getLatLng()), event.originalEvent))));
    marker.on("dragend", () => this.#drop());
    marker.on("contextmenu", () => corner && this.#remove(point));
    node.addEventListener("keydown", (event) => this.#nudge(event, point, corner));
    if (focus && same(focus, point)) node.focus();
  }

  /** What the hand held stayed until now: an answer that came meanwhile drew no other handles. */
  #letGo() {
    this.pressed = false;
    if (this.late && !this.dragging) this.#handles(); // a drag draws them at its own end
    this.late = false;
  }

  /** All the grids on whose border the point lies, or with Alt the selected one alone. */
  #grab(point) {
    this.dragging = true;
    this.from = point;
    this.held = holders(this.state.shapes(), point);
    this.others = new Map([...this.state.shapes()].filter(([key]) => !(key in this.held)));
    for (const [key, boundary] of Object.entries(this.held)) this.others.set(key, boundary);
    this.result = null;
  }

  #pull(raw, event) {
    const { point } = this.#snap(raw, event, { shapes: this.others, skip: (corner) => same(corner, this.from) });
    const alone = event?.altKey;
    const held = alone ? { [this.state.only]: this.held[this.state.only] } : this.held;
    this.result = Object.fromEntries(Object.entries(held).map(([key, boundary]) => [key, moved(boundary, this.from, point)]));
    this.map.redraw(Object.fromEntries(Object.keys(this.held).map((key) => [key, this.result[key] ?? this.state.shape(key).boundary])));
    return point;
  }

  #drop(focus = null) {
    this.dragging = false;
    if (!this.result) return void this.#handles();
    const rows = Object.entries(this.result).map(([key, boundary]) => ({ key, boundary }));
    this.result = null;
    this.state.edit(rows);
    if (focus) this.#handles(focus);
  }

  #nudge(event, point, corner) {
    if (event.key === "Delete" && corner) {
      event.preventDefault();
      event.stopPropagation();
      return void this.#remove(point);
    }
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const step = event.shiftKey ? 1 : 10;
    const at = this.map.leaflet.latLngToContainerPoint(latLng(point)).add([arrow[0] * step, arrow[1] * step]);
    const to = lonLat(this.map.leaflet.containerPointToLatLng(at));
    this.#grab(point);
    this.result = Object.fromEntries(Object.entries(this.held).map(([key, boundary]) => [key, moved(boundary, point, to)]));
    this.#drop(to);
  }

  #remove(point) {
    const held = Object.entries(holders(this.state.shapes(), point)).map(([key, boundary]) => ({ key, boundary: without(boundary, point) }));
    if (held.every(({ boundary }) => boundary)) this.state.edit(held);
  }

  #key(event) {
    if (!this.tool) return;
    if (event.key === "Enter") this.finish();
    else if (event.key === "Backspace") this.back();
    else if (event.key === " ") {
      this.cross.hidden = false;
      this.#add(lonLat(this.map.leaflet.getCenter()), event);
    } else {
      if (event.key in ARROWS) this.cross.hidden = false;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
