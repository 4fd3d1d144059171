/* The two canvases of the map, the ground below and what stands on it above: they lie in Leaflet's moving pane, a third
 * larger than the window on each side, so that a drag costs nothing. The upper one is painted again when the hand lets go,
 * when the drag reaches its edge, and when something has moved. The ground is drawn elsewhere (map_ground_painter.js);
 * until its new picture is there, the old one stands at its place, larger or smaller where the zoom has changed.
 * canvasLayer(map, paint(context, view, margin, moved), draw(view) → Promise<ImageBitmap | null>)
 *   → {reset(), repaint(), groundAnew(), grounded(), view(), margin(), shift()}
 *   `shift()` is how far the map has moved since the marks were painted */

import { sized, viewAt } from "./map_view.js";

const PADDING = 0.3;
const NEAR_EDGE = 0.6; // of the margin: beyond it the next drag would show the edge

export function canvasLayer(map, paint, draw) {
  const below = L.DomUtil.create("canvas", "ground-canvas", map.getPane("overlayPane"));
  const canvas = L.DomUtil.create("canvas", "marks-canvas", map.getPane("overlayPane"));
  const picture = below.getContext("bitmaprenderer");
  let view = null;
  let corner = null; // of the marks' canvas, in layer points
  let margin = { x: 0, y: 0 };
  let ground = null; // the view that `below` shows
  let wanted = null; // the one it was last asked to
  let due = 0;

  function reset() {
    cancelAnimationFrame(due);
    due = 0;
    const size = map.getSize();
    if (!size.x || !size.y) return;
    margin = { x: Math.round(size.x * PADDING), y: Math.round(size.y * PADDING) };
    corner = map.containerPointToLayerPoint([-margin.x, -margin.y]);
    L.DomUtil.setPosition(canvas, corner);
    const pixel = map.getPixelBounds().min;
    view = viewAt(map.getZoom(), pixel.x - margin.x, pixel.y - margin.y, size.x + 2 * margin.x, size.y + 2 * margin.y);
    view.inner = { x: margin.x, y: margin.y, w: size.x, h: size.y };
    place();
    if (!covered()) groundAnew();
    repaint(true);
  }

  /** Leaflet tells of one movement several times. */
  const soon = () => (due ||= requestAnimationFrame(reset));

  function repaint(moved = false) {
    if (view) paint(sized(canvas, view.width, view.height), view, margin, moved);
  }

  const covered = () =>
    wanted && wanted.scale === view.scale && wanted.width === view.width && wanted.height === view.height &&
    Math.abs(wanted.x - view.x) <= margin.x * NEAR_EDGE && Math.abs(wanted.y - view.y) <= margin.y * NEAR_EDGE; // prettier-ignore

  async function groundAnew() {
    if (!view) return;
    const asked = (wanted = view);
    const bitmap = await draw(asked);
    if (!bitmap) {
      if (wanted === asked) wanted = ground; // nobody could draw yet
      return;
    }
    if (below.width !== bitmap.width || below.height !== bitmap.height) [below.width, below.height] = [bitmap.width, bitmap.height];
    below.style.width = `${asked.width}px`;
    below.style.height = `${asked.height}px`;
    picture.transferFromImageBitmap(bitmap);
    ground = asked;
    place();
  }

  function place() {
    if (!ground) return;
    const factor = view.scale / ground.scale;
    const origin = map.getPixelOrigin();
    const [x, y] = [ground.x * factor - origin.x, ground.y * factor - origin.y];
    below.style.transform = `translate3d(${x}px, ${y}px, 0)${factor === 1 ? "" : ` scale(${factor})`}`;
  }

  const shift = () => map.containerPointToLayerPoint([0, 0]).subtract(corner).subtract([margin.x, margin.y]);

  function follow() {
    const { x, y } = shift();
    if (Math.abs(x) > margin.x || Math.abs(y) > margin.y) soon();
  }

  map.on("moveend zoomend resize", soon);
  map.on("move", () => corner && follow());
  return { reset, repaint: () => repaint(false), groundAnew, grounded: () => Boolean(ground), view: () => view, margin: () => margin, shift };
}
