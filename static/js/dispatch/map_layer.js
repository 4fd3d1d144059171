/* The two canvases of the map, the ground below and what stands on it above: they lie in Leaflet's moving pane, a third
 * larger than the window on each side, so that a drag costs nothing; they are painted again when the hand lets go or when
 * the drag reaches their edge, the upper one also when something has moved.
 * canvasLayer(map, paint(context, view, margin, moved)) → {ground, reset(), repaint(), view(), margin()} */

import { sized, viewAt } from "./map_view.js";

const PADDING = 0.3;

export function canvasLayer(map, paint) {
  const ground = L.DomUtil.create("canvas", "ground-canvas", map.getPane("overlayPane"));
  const canvas = L.DomUtil.create("canvas", "marks-canvas", map.getPane("overlayPane"));
  let view = null;
  let corner = null; // of the canvas, in layer points
  let margin = { x: 0, y: 0 };

  function reset() {
    const size = map.getSize();
    if (!size.x || !size.y) return;
    margin = { x: Math.round(size.x * PADDING), y: Math.round(size.y * PADDING) };
    corner = map.containerPointToLayerPoint([-margin.x, -margin.y]);
    for (const one of [ground, canvas]) L.DomUtil.setPosition(one, corner);
    const pixel = map.getPixelBounds().min;
    view = viewAt(map.getZoom(), pixel.x - margin.x, pixel.y - margin.y, size.x + 2 * margin.x, size.y + 2 * margin.y);
    view.inner = { x: margin.x, y: margin.y, w: size.x, h: size.y };
    repaint(true);
  }

  function repaint(moved = false) {
    if (!view) return;
    paint(sized(canvas, view.width, view.height), view, margin, moved);
  }

  function follow() {
    const now = map.containerPointToLayerPoint([0, 0]).subtract(corner);
    if (Math.abs(now.x - margin.x) > margin.x || Math.abs(now.y - margin.y) > margin.y) reset();
  }

  map.on("moveend zoomend resize", reset);
  map.on("move", () => corner && follow());
  return { ground, reset, repaint: () => repaint(false), view: () => view, margin: () => margin };
}
