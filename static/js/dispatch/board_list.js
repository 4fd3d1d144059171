/* The queue on the left: groups by urgency, rows kept in place while a hand or a key is on them.
 * mountList(root, state) → {step(±1), toggleFold()} */

import { $, el, setText } from "../lib/dom.js";
import { fill, gettext, pgettext } from "../lib/i18n.js";
import { ListRow } from "./board_row.js";
import { showProof } from "./panel_proof.js";

const GROUPS = [
  ["act", gettext("Needs action"), gettext("Escalated, overdue, then by priority")],
  ["soon", pgettext("group", "Due soon"), gettext("Time left")],
  ["running", gettext("In progress"), gettext("Time left")],
  ["done", gettext("To be closed"), gettext("Reported back")],
];
const HOLD_MS = 2000; // a row moves when focus leaves or after 2 s without a key
const LONGEST_HOLD_MS = 8000; // a hand resting on the mouse may not hide an escalation
const MARGIN = 4; // rows: the headings and what a notch of the wheel brings

const groupOf = ({ row, urgency }) =>
  urgency.state === "escalated" || urgency.state === "late"
    ? "act"
    : urgency.state === "soon"
      ? "soon"
      : row.status === "reported_back"
        ? "done"
        : "running";

export function mountList(root, state) {
  const box = $("[data-list]", root);
  const foot = $("[data-folded]", root);
  const rows = new Map();
  const groups = new Map(
    GROUPS.map(([name, title, hint]) => {
      const count = el("b");
      const heading = el("h3.group", {}, el("span", {}, `${title} `, count), el("span.note", {}, hint));
      return [name, { heading, count }];
    }),
  );
  let unfolded = false;
  let heldSince = 0;
  let heldUntil = 0;
  let visible = []; // numbers in the order shown
  let capacity = 0;
  let height = 62; // of a row
  let first = 0; // the first row that may be in sight
  let standing = 0; // so many rows are built: a screen more than the hand has scrolled to
  const rest = el("div"); // the room of the others, so that the scroll bar tells the truth

  const hold = () => {
    const now = performance.now();
    if (now > heldUntil) heldSince = now;
    heldUntil = Math.min(now + HOLD_MS, heldSince + LONGEST_HOLD_MS);
  };
  const held = () => performance.now() < heldUntil;
  const release = () => (heldUntil = 0);

  /** Every entry that should stand in the list now, group by group; the rest is counted at the foot. */
  function wanted() {
    const sorted = { act: [], soon: [], running: [], done: [] };
    for (const entry of state.entries) if (state.passes(entry)) sorted[groupOf(entry)].push(entry);
    const folded = { running: 0, done: 0 };
    if (!unfolded) {
      const room = Math.max(3, capacity - sorted.act.length - sorted.soon.length);
      const keep = (entry, index) => index < room || entry.row.number === state.selected;
      const shown = sorted.running.filter(keep);
      folded.running = sorted.running.length - shown.length;
      folded.done = sorted.done.filter(({ row }) => row.number !== state.selected).length;
      sorted.running = shown;
      sorted.done = sorted.done.filter(({ row }) => row.number === state.selected);
    }
    return { sorted, folded };
  }

  /** A timer out of sight would be written and laid out for nobody: it is written when its row comes near. */
  const near = (index) => index >= first - MARGIN && index <= first + capacity + MARGIN;

  function measure() {
    height = parseFloat(getComputedStyle(box).getPropertyValue("--row")) || 62;
    capacity = Math.floor((box.clientHeight - 28 * 3) / height);
  }

  function render() {
    if (held() && visible.length) refreshInPlace();
    else draw();
  }

  function draw() {
    const most = first + 2 * capacity + MARGIN;
    const { sorted, folded } = wanted();
    const order = [];
    visible = [];
    for (const [name, entries] of Object.entries(sorted)) {
      const { heading, count } = groups.get(name);
      if (!entries.length) continue;
      setText(count, String(entries.length + (name === "running" ? folded.running : 0)));
      if (visible.length < most) order.push(heading);
      for (const entry of entries) {
        if (visible.length < most) order.push(rowOf(entry, visible.length).node);
        visible.push(entry.row.number);
      }
    }
    standing = Math.min(most, visible.length);
    rest.style.height = `${(visible.length - standing) * height}px`;
    place([...order, rest]);
    for (const [number, row] of rows) if (row.node.parentNode !== box) rows.delete(number);
    foot.hidden = !unfolded && !folded.running && !folded.done;
    const words = unfolded
      ? [gettext("Fold the rows in progress")]
      : [
          folded.running && fill(gettext("%(n)s more in progress"), { n: folded.running }),
          folded.done && fill(gettext("%(n)s to be closed"), { n: folded.done }),
        ];
    setText($("span", foot), words.filter(Boolean).join(" · "));
    empty(order.length === 0);
  }

  function rowOf(entry, index) {
    let row = rows.get(entry.row.number);
    if (!row) rows.set(entry.row.number, (row = new ListRow(entry, state)));
    row.update(entry, state, { timed: near(index) });
    return row;
  }

  /** Puts nodes in order with the fewest moves, so that focus and scroll stay where they are. */
  function place(order) {
    const keep = new Set(order);
    for (const child of [...box.children]) if (!keep.has(child)) child.remove();
    order.forEach((node, index) => {
      if (box.children[index] === node) return;
      const focused = node.contains(document.activeElement);
      box.insertBefore(node, box.children[index] ?? null);
      if (focused) node.focus({ preventScroll: true });
    });
  }

  function refreshInPlace() {
    visible.slice(0, standing).forEach((number, index) => {
      const entry = state.entry(number);
      if (entry) rowOf(entry, index);
      else rows.get(number)?.ended();
    });
  }

  function empty(yes) {
    const line = $("[data-empty]", root);
    line.hidden = !yes || !state.live.loaded;
    if (!yes) return;
    const filtered = state.entries.length > 0;
    setText(line, filtered ? gettext("No incident matches the filter") : gettext("No open incidents"));
  }

  function step(by) {
    if (!visible.length) return;
    const at = visible.indexOf(state.selected);
    const index = Math.min(visible.length - 1, Math.max(0, at + by));
    const next = visible[index];
    hold();
    state.select(next);
    if (index >= standing) {
      first = index;
      draw();
    }
    const node = rows.get(next)?.node;
    node?.focus({ preventScroll: true });
    node?.scrollIntoView({ block: "nearest" });
  }

  function toggleFold() {
    unfolded = !unfolded;
    release();
    render();
    box.scrollTop = unfolded ? box.scrollTop : 0;
  }

  box.addEventListener("click", (event) => {
    const number = event.target.closest("[data-number]")?.dataset.number;
    if (number) state.select(number);
  });
  box.addEventListener("scroll", () => {
    first = Math.floor(box.scrollTop / height);
    if (standing < Math.min(visible.length, first + capacity + MARGIN)) draw(); // even a held order: all moves under the hand
    else refreshInPlace();
  }, { passive: true });
  box.addEventListener("keydown", hold);
  box.addEventListener("pointermove", hold, { passive: true });
  box.addEventListener("pointerleave", release);
  box.addEventListener("focusout", (event) => !box.contains(event.relatedTarget) && release());
  foot.addEventListener("click", toggleFold);
  new ResizeObserver(() => (measure(), render())).observe(box);

  showProof(root, state.live, [state.live.proofs.incidents], { line: $("[data-proof]", root), strip: $("[data-proof-strip]", root) });
  state.addEventListener("entries", render);
  state.addEventListener("filter", () => (release(), render()));
  state.addEventListener("select", refreshInPlace);

  return { step, toggleFold };
}
