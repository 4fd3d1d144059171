/* The earth, as far as a screen needs it. Points are objects with lat and lon in WGS-84 degrees.
 * metres(a, b) — along the great circle, mean radius (IUGG)
 * mercator(lat, lon) → [x, y] in 0…1, y downwards, as Leaflet's EPSG:3857 at zoom 0 with a 1-pixel world */

const RADIUS_M = 6_371_008.8;
const rad = Math.PI / 180;

export function metres(a, b) {
  const half = (x) => Math.sin(x / 2) ** 2;
  const h = half((b.lat - a.lat) * rad) + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * half((b.lon - a.lon) * rad);
  return 2 * RADIUS_M * Math.asin(Math.sqrt(h));
}

export function mercator(lat, lon) {
  const sin = Math.sin(lat * rad);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}
