/* Reach as ink between the land and its lines; works in a worker too.
 * paintReach(context, view, colours, ground, {grids: {code: band} | null, uncovered: [code]}) */

const INK = new Map([[3, 0.08], [5, 0.17], [10, 0.3], [null, 0.5]]); // prettier-ignore

export function paintReach(context, view, colours, ground, { grids, uncovered }) {
  const bands = new Map();
  for (const [code, band] of Object.entries(grids ?? {})) {
    const path = INK.has(band) && ground.grid(code);
    if (!path) continue;
    if (!bands.has(band)) bands.set(band, new Path2D());
    bands.get(band).addPath(path);
  }
  for (const [band, path] of bands) {
    context.globalAlpha = INK.get(band);
    ground.fill(context, view, path, colours.ink);
  }
  context.globalAlpha = 1;
  if (!uncovered.length) return;
  const lost = new Path2D();
  for (const code of uncovered) if (ground.grid(code)) lost.addPath(ground.grid(code));
  ground.fill(context, view, lost, colours.ink, { hatch: true });
}
