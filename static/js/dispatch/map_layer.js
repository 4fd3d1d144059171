/* The one canvas of the map: lies in Leaflet's moving pane, a third larger than the window on each side, so that a drag
 * costs nothing; it is arranged and painted again when the hand lets go or when the drag reaches its edge.
 * canvasLayer(map, paint(context, view, padding)) → {repaint(), view(), toContainer(x, y)} */

import { sized, viewAt } from "./map_view.js";

const PADDING = 0.3;

export function canvasLayer(map, paint) {
  const canvas = L.DomUtil.create("canvas", "ground-canvas", map.getPane("overlayPane"));
  let view = null;
  let corner = null; // of the canvas, in layer points
  let margin = { x: 0, y: 0 };

  function reset() {
    const size = map.getSize();
    if (!size.x || !size.y) return;
    margin = { x: Math.round(size.x * PADDING), y: Math.round(size.y * PADDING) };
    corner = map.containerPointToLayerPoint([-margin.x, -margin.y]);
    L.DomUtil.setPosition(canvas, corner);
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
  return { reset, repaint: () => repaint(false), view: () => view, margin: () => margin };
}
