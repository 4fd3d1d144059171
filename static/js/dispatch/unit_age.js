/* How old a unit's position is.
 * positionAge(unit, now) → ms, NaN where it has none; STALE_MS — so old a position is not trusted */

import { onceEach } from "../lib/memo.js";
import { ms } from "../lib/time.js";

export const STALE_MS = 60_000;

const positionedAt = onceEach(({ position_at }) => ms(position_at)); // 2,000 units are asked each second

export const positionAge = (unit, now) => now - positionedAt(unit);
