/* The ground, drawn for a painter (map_painter.js): borders of thousands of sides.
 * News {collection}, GeoJSON of /api/grids/; picture {view, ratio, colours, tints}, tints as map_reach_paint.js wants them */

import { Ground } from "./map_ground.js";
import { paintReach } from "./map_reach_paint.js";
import { cleared } from "./map_view.js";

export class Artist {
  take({ collection }) {
    this.ground = Ground.of(collection);
  }

  draw(canvas, { view, ratio, colours, tints }) {
    const context = cleared(canvas, view, ratio);
    this.ground.paint(context, view, colours, { over: () => paintReach(context, view, colours, this.ground, tints) });
    this.ground.codes(context, view, colours);
  }
}
