/* The pin: a small map of the grids. Click puts it, arrows move it (Shift: a tenth), + and − zoom.
 * PinMap(root, {grids: URL, moved(point)}) — .show(point | null, zoomIn), .open() once it is visible */

import { get } from "../lib/http.js";
import { token } from "../lib/mode.js";

const CENTRE = [36.44, 117.95];
const STEP_PX = 16;
const NEAR = 14;
const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function script(source) {
  return new Promise((resolve, reject) => {
    const node = document.createElement("script");
    Object.assign(node, { src: source, onload: resolve, onerror: reject });
    document.head.append(node);
  });
}

export class PinMap {
  constructor(root, { grids, leaflet, moved }) {
    Object.assign(this, { root, grids, leaflet, moved, point: null, pin: null, map: null });
    root.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("modechange", () => this.#colour());
  }

  /** Builds the map at its first showing; Leaflet measures the box, so it has to be visible. */
  async open() {
    if (!this.map) {
      if (!globalThis.L) await script(this.leaflet);
      if (this.map) return;
      this.map = L.map(this.root, {
        keyboard: false, attributionControl: false, zoomControl: false, preferCanvas: true, zoomSnap: 0.5,
        minZoom: 9, maxZoom: 18, fadeAnimation: false, zoomAnimation: false,
      }); // prettier-ignore
      this.#whole();
      this.map.on("click", ({ latlng }) => this.#put({ lat: latlng.lat, lon: latlng.lng }));
      this.#backdrop();
      new ResizeObserver(() => this.#resized()).observe(this.root); // what stands beside it comes and goes
    }
    this.map.invalidateSize();
    this.show(this.point, true);
  }

  show(point, zoomIn = false) {
    this.point = point;
    if (!this.map) return;
    if (!point) {
      this.pin?.remove();
      this.pin = null;
      this.#whole();
      return;
    }
    const at = [point.lat, point.lon];
    if (this.pin) this.pin.setLatLng(at);
    else {
      this.pin = L.circleMarker(at, { radius: 8, weight: 3, fillOpacity: 1, interactive: false }).addTo(this.map);
      this.#colour();
    }
    if (zoomIn) this.map.setView(at, Math.max(this.map.getZoom(), NEAR), { animate: false });
    else if (!this.map.getBounds().pad(-0.1).contains(at)) this.map.panTo(at, { animate: false });
  }

  #resized() {
    this.map.invalidateSize({ animate: false });
    if (this.point) this.show(this.point);
  }

  async #backdrop() {
    try {
      this.layer = L.geoJSON(await get(this.grids), { interactive: false }).addTo(this.map);
      this.pin?.bringToFront();
      this.#colour();
      if (!this.point) this.#whole();
    } catch {
      /* without the grids the pin still works; the station is looked up by the server */
    }
  }

  #whole() {
    if (this.layer) this.map.fitBounds(this.layer.getBounds(), { padding: [6, 6], animate: false });
    else this.map.setView(CENTRE, 9.5);
  }

  #colour() {
    const line = { grid: [token("cell"), 1], station: [token("stline"), 1.5], district: [token("out"), 2] };
    this.layer?.setStyle(({ properties: { kind = "grid" } }) => {
      const [color, weight] = line[kind];
      return { color, weight, fill: kind === "grid", fillColor: token("land"), fillOpacity: 1 };
    });
    this.pin?.setStyle({ color: token("focus"), fillColor: token("raised") });
  }

  #put(point) {
    this.show(point);
    this.moved(point);
  }

  #key(event) {
    if (!this.map || event.ctrlKey || event.altKey || event.metaKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      event.preventDefault();
      const step = event.shiftKey ? STEP_PX / 10 : STEP_PX;
      const from = this.point ? [this.point.lat, this.point.lon] : this.map.getCenter();
      const to = this.map.unproject(this.map.project(from).add([arrow[0] * step, arrow[1] * step]));
      this.#put({ lat: to.lat, lon: to.lng });
    } else if (event.key === "+" || event.key === "=") this.map.zoomIn();
    else if (event.key === "-") this.map.zoomOut();
    else if (event.key === " " && !this.point) {
      event.preventDefault();
      const centre = this.map.getCenter();
      this.#put({ lat: centre.lat, lon: centre.lng });
    }
  }
}
