/* Draws the ground beside the page. Messages: {collection} once, then {name, ratio, view, colours, tints}, each answered
 * by {name, bitmap}. */

import { Ground } from "./map_ground.js";
import { drawGround } from "./map_ground_painter.js";

let ground = null;

addEventListener("message", ({ data }) => {
  if (data.collection) return void (ground = new Ground(data.collection));
  const canvas = new OffscreenCanvas(1, 1);
  drawGround(canvas, ground, data);
  const bitmap = canvas.transferToImageBitmap();
  postMessage({ name: data.name, bitmap }, [bitmap]);
});
