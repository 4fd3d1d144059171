/* A point as people write it.
 * readPoint("36.49, 117.85") → {lat, lon} in degrees, or null. Either order: a number beyond 90 can only be a longitude.
 *   Full-width digits and commas, ° and the letters N, E, 北纬, 东经 are understood; the ground is north-eastern.
 * writePoint({lat, lon}) → "36.49000, 117.85000": five decimals are about a metre */

const NUMBER = /[-+]?\d{1,3}(?:\.\d+)?/g;
const WORDS = /北纬|东经|纬度|经度|latitude|longitude|lat|lng|lon|[ne°:=()[\]]/gi;

export function readPoint(text) {
  const clean = text.normalize("NFKC").replace(/[、;；]/g, ",").replace(WORDS, " ");
  if (/[^\d\s.,+-]/.test(clean)) return null;
  const numbers = clean.match(NUMBER)?.map(Number) ?? [];
  if (numbers.length !== 2) return null;
  const [lat, lon] = Math.abs(numbers[0]) > 90 ? [numbers[1], numbers[0]] : numbers;
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? { lat, lon } : null;
}

export const writePoint = ({ lat, lon }) => `${lat.toFixed(5)}, ${lon.toFixed(5)}`;
