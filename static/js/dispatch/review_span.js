/* Spans of the past, in ms; days and watches are the bureau's.
 * dayOf(ms) → {start, end}; watchOf(ms) → {start, end}, changed at 08:00 and 20:00; dayText(ms) → "2026-11-24" for a date field,
 * dayStart(text) → ms of its beginning
 * clipped(span, begins, now) → the part of it that is kept and has been; null where there is none */

const HOUR = 3_600_000;
const ZONE_MS = 8 * HOUR; // Asia/Shanghai: no summer time since 1991
const DAY = 24 * HOUR;

export const dayText = (at) => new Date(at + ZONE_MS).toISOString().slice(0, 10);
export const dayStart = (text) => Date.parse(`${text}T00:00:00Z`) - ZONE_MS;

export function dayOf(at) {
  const start = dayStart(dayText(at));
  return { start, end: start + DAY };
}

export function watchOf(at) {
  const day = dayOf(at).start;
  const changes = [day - 4 * HOUR, day + 8 * HOUR, day + 20 * HOUR, day + 32 * HOUR];
  const index = changes.findIndex((change) => change > at);
  return { start: changes[index - 1], end: changes[index] };
}

export function clipped({ start, end }, begins, now) {
  const span = { start: Math.ceil(Math.max(start, begins) / 1000) * 1000, end: Math.floor(Math.min(end, now) / 1000) * 1000 };
  return span.end - span.start >= 1000 ? span : null;
}
