/* Where labels stand: 8 places beside the mark, then further out with a leader of at most 60 px, else dropped.
 * Taken in the order given, the important first. A place once found is tried first the next time, so labels stay.
 *
 * const space = new Space(width, height, inner = null); space.block(x, y, w, h, hard = true)
 * placeLabel(space, {x, y, r, w, h, far, over}, remembered) → {x, y, leader, slot} | null
 *   `inner` {x, y, w, h} is the window within a larger canvas: the label of a mark inside it stays inside it
 * const slots = new Slots(); slots.at(view) → Map(key → slot) to remember by; forgotten as soon as the view is another
 *   (x, y) middle of the mark, r its radius; `far` may use a leader; `over` may cover soft blocks (free units) */

const CELL = 64;
const LEADERS = [26, 42, 58];
const LEADER_ANGLES = [-0.5, 0.5, -2.64, 2.64, -1.2, 1.2, -1.95, 1.95, 0, Math.PI];

/** What is taken, in a hash of cells. Hard: incidents, ticked and assigned units, labels. Soft: free units. */
export class Space {
  constructor(width, height, inner = null) {
    this.whole = { x: 0, y: 0, w: width, h: height };
    this.inner = inner ?? this.whole;
    this.cells = new Map();
  }

  block(x, y, w, h, hard = true) {
    const box = { x, y, w, h, hard };
    this.#each(box, (key) => {
      const list = this.cells.get(key);
      if (list) list.push(box);
      else this.cells.set(key, [box]);
    });
  }

  /** The window for the label of a mark at (x, y). */
  windowOf(x, y) {
    const { inner } = this;
    return x > inner.x && y > inner.y && x < inner.x + inner.w && y < inner.y + inner.h ? inner : this.whole;
  }

  free(x, y, w, h, over = false, within = this.whole) {
    if (x < within.x + 2 || y < within.y + 2 || x + w > within.x + within.w - 2 || y + h > within.y + within.h - 2) return false;
    let free = true;
    this.#each({ x, y, w, h }, (key) => {
      if (!free) return;
      for (const box of this.cells.get(key) ?? []) {
        if (over && !box.hard) continue;
        if (x < box.x + box.w && box.x < x + w && y < box.y + box.h && box.y < y + h) return void (free = false);
      }
    });
    return free;
  }

  #each({ x, y, w, h }, visit) {
    const right = Math.floor((x + w) / CELL);
    const below = Math.floor((y + h) / CELL);
    for (let column = Math.floor(x / CELL); column <= right; column += 1)
      for (let line = Math.floor(y / CELL); line <= below; line += 1) visit(column * 4096 + line);
  }
}

/** Left upper corner of the label in one of the places around the mark. */
function slotAt(slot, { x, y, r, w, h }) {
  const gap = r + 3;
  const near = r * 0.6;
  switch (slot) {
    case 0: return [x + gap, y - h / 2];
    case 1: return [x - gap - w, y - h / 2];
    case 2: return [x + near, y - gap - h];
    case 3: return [x + near, y + gap];
    case 4: return [x - near - w, y - gap - h];
    case 5: return [x - near - w, y + gap];
    case 6: return [x - w / 2, y - gap - h];
    case 7: return [x - w / 2, y + gap];
  } // prettier-ignore
  const far = slot - 8;
  const angle = LEADER_ANGLES[far % LEADER_ANGLES.length];
  const reach = r + LEADERS[Math.floor(far / LEADER_ANGLES.length)];
  const dx = Math.cos(angle) * reach;
  const dy = Math.sin(angle) * reach;
  return [dx >= 0 ? x + dx : x + dx - w, y + dy - h / 2];
}

export function placeLabel(space, label, remembered) {
  const last = label.far ? 8 + LEADERS.length * LEADER_ANGLES.length : 8;
  const within = space.windowOf(label.x, label.y);
  const found = (slot) => {
    const [x, y] = slotAt(slot, label);
    if (!space.free(x, y, label.w, label.h, label.over, within)) return null;
    space.block(x, y, label.w, label.h);
    return { x, y, slot, leader: slot >= 8 };
  };
  if (remembered !== undefined && remembered < last) {
    const again = found(remembered);
    if (again) return again;
  }
  for (let slot = 0; slot < last; slot += 1) {
    const place = found(slot);
    if (place) return place;
  }
  return null;
}

export class Slots {
  at({ zoom, x, y }) {
    const key = `${zoom}:${x}:${y}`;
    if (key !== this.key) [this.key, this.taken] = [key, new Map()];
    return this.taken;
  }
}
