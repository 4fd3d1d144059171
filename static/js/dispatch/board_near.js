/* Whom to send: what the server recommends for the selected incident, with its reasons; keys 1 to 9 tick.
 * mountNear(root, state) → {show(entry, ended), at(index) → unit id | null}
 * For the command centre the chosen units of an unanswered incident are ticked: Enter sends them. */

import { el, put, setText } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { Proof } from "../lib/proof.js";
import { fill, gettext } from "../lib/i18n.js";
import { unitSymbol } from "../lib/symbols.js";
import { ago, distance } from "../lib/time.js";
import { metres } from "../lib/geo.js";
import { urls } from "./board_api.js";
import { showProof } from "./panel_proof.js";
import { STALE_MS, positionAge } from "./unit_age.js";

const SHOWN = matchMedia("(max-width: 1600px)").matches ? 3 : 4;
const ASK_AGAIN_MS = 3000; // doubling to 12 s while it fails
const LONGEST_WAIT_MS = 12_000;
const AGES_MS = { late: 8_000, stale: 15_000 };

/** By the straight line, while the server's answer is missing. */
function nearest(state, row) {
  if (row.lat === null) return [];
  const found = [];
  for (const unit of state.live.units.values()) {
    if (unit.status !== "free" || unit.lat === null) continue;
    found.push({ unit, metres: metres(row, unit) });
  }
  return found.sort((a, b) => a.metres - b.metres).slice(0, SHOWN);
}

export function mountNear(root, state) {
  let listed = []; // the order stays while something is ticked: a tick never slides to another unit
  let shown = null;
  let answer = null; // of the server, for `asked`
  let told = null; // the answer whose needs and notes stand there
  let asked = "";
  let timer = 0;
  let failed = 0;
  const proof = new Proof(AGES_MS);
  let offered = { number: null, units: [] }; // what was ticked for the person, once; what is unticked stays so
  const known = new Map(); // unit id → its line, kept so that focus stays in it
  const source = el("span.note");
  const checked = el("span.note.proof", { hidden: true });
  const strip = el("div.proof-strip", { role: "status", hidden: true });
  const heading = el("h3", {}, gettext("Recommended"), checked, source);
  const needs = el("p.needs");
  const notes = el("ul.near-notes");
  const list = el("ul.near");
  const empty = el("p.second");
  put(root, heading, strip, needs, list, notes, empty);
  showProof(root, state.live, [proof], { line: checked, strip });
  document.addEventListener("visibilitychange", () => !document.hidden && shown && ask(0));

  function show({ row }, ended) {
    root.hidden = ended || !state.config.may.dispatch;
    if (root.hidden) return rest();
    if (shown?.number !== row.number) {
      answer = null;
      proof.forget();
      ask(0, row.number);
    } else if (shown.version !== row.version) ask(0, row.number);
    const other = shown?.number !== row.number;
    shown = row;
    withdraw();
    draw(other);
  }

  /** Nobody is sent here any more: nothing is ticked, nothing asked. */
  function rest() {
    if (!shown) return;
    shown = null;
    clearTimeout(timer);
    if (state.ticked.size) state.untick();
  }

  function draw(other = false) {
    const row = shown;
    const mine = answer?.number === row.number ? answer : null;
    const free = (id) => state.live.units.get(id)?.status === "free";
    const fresh = mine
      ? mine.units.filter(({ id, need }, index) => free(id) && (need !== null || index < SHOWN)).map(({ id }) => id)
      : nearest(state, row).map(({ unit }) => unit.id);
    if (other || state.ticked.size === 0 || !listed.length) listed = fresh;
    for (const id of state.ticked) if (!listed.includes(id)) listed.push(id);
    const now = state.live.now();
    setText(source, mine ? gettext("minutes · distance") : gettext("by the straight line"));
    if (mine !== told) {
      put(needs, (mine?.needs ?? []).map(needChip));
      put(notes, (mine?.notes ?? []).map((text) => el("li", {}, text)));
      told = mine;
    }
    empty.hidden = listed.length > 0;
    setText(empty, row.lat === null ? gettext("The incident has no place on the map") : gettext("No unit is free"));
    const said = new Map((mine?.units ?? []).map((unit) => [unit.id, unit]));
    const lines = listed.map((id, index) => lineOf(id).update(state.live.units.get(id), row, index, now, said.get(id)));
    if (lines.some((node, index) => list.children[index] !== node) || list.children.length !== lines.length) put(list, lines);
    for (const id of known.keys()) if (!listed.includes(id)) known.delete(id);
  }

  const needChip = ({ text, sent, count, missing }) =>
    el(`span.need${missing ? ".short" : ""}`, {}, text, sent ? el("span.note", {}, fill(gettext("%(sent)s of %(count)s sent"), { sent, count })) : null);

  function ask(wait, number = shown?.number) {
    clearTimeout(timer);
    timer = setTimeout(load, wait, number);
  }

  async function load(number) {
    if (!shown || document.hidden) return; // whoever comes back to the page asks at once
    asked = number;
    try {
      const found = await get(urls.recommendation(number));
      if (asked !== number || shown?.number !== number) return;
      answer = found;
      failed = 0;
      proof.changed(number, found.version ?? shown.version, new Date(state.live.now()).toISOString());
      proof.open ? proof.repaired() : proof.proven();
      draw(); // in the order of the answer, before a tick holds the order fast
      offer();
    } catch (error) {
      if (!error.code) reportError(error); // a fault of ours is told, and ends no asking
      // the last answer stands, greyed from the moment it is too old to trust; without one the straight line stands in
      failed += 1;
      if (shown?.number === number && proof.age > AGES_MS.stale && answer) proof.gap();
    }
    ask(Math.min(LONGEST_WAIT_MS, ASK_AGAIN_MS * 2 ** Math.max(0, failed - 1)));
  }

  /** Tick what is recommended, once, where nobody has been sent and the desk is the one that sends. */
  function offer() {
    const { may } = state.config;
    const untouched = shown.status === "reported" && !shown.assignments.length && !state.ticked.size;
    if (!untouched || may.claim || offered.number === shown.number) return;
    const units = answer.units.filter(({ id, need }) => need !== null && state.live.units.get(id)?.status === "free").map(({ id }) => id);
    offered = { number: shown.number, units };
    for (const id of units) state.tick(id, true);
  }

  /** Somebody answered it meanwhile: what was ticked for the person, and not by them, must not be sent as well. */
  function withdraw() {
    if (offered.number !== shown.number || !offered.units.length || shown.status === "reported") return;
    const untouched = offered.units.length === state.ticked.size && offered.units.every((id) => state.ticked.has(id));
    offered.units = [];
    if (untouched) state.untick();
  }

  const lineOf = (id) => {
    if (!known.has(id)) known.set(id, new Line(id, state));
    return known.get(id);
  };

  return { show, at: (index) => (shown && listed[index]) ?? null };
}

/** One unit to tick; built once, then only its words are written. */
class Line {
  constructor(id, state) {
    this.state = state;
    this.id = id;
    this.box = el("input", { type: "checkbox", onchange: () => state.tick(id) });
    this.digit = el("kbd");
    this.symbol = el("span");
    this.name = el("span");
    this.reasons = el("span.near-reasons");
    this.minutes = el("b");
    this.distance = el("span.note");
    this.node = el(
      "li",
      {},
      el("label", {}, this.box, this.digit, this.symbol, el("span.near-name", {}, this.name, this.reasons), el("span.near-far", {}, this.minutes, this.distance)),
    );
  }

  update(unit, row, index, now, said) {
    const ticked = this.state.ticked.has(this.id);
    this.box.checked = ticked;
    this.node.classList.toggle("ticked", ticked);
    setText(this.digit, String(index + 1));
    if (!unit) return this.node;
    const age = positionAge(unit, now);
    const stale = age > STALE_MS;
    const look = `${unit.kind}${unit.status}${stale}`;
    if (this.look !== look) put(this.symbol, unitSymbol(unit.kind, unit.status, stale, 18));
    this.look = look;
    const away = unit.lat === null || row.lat === null ? "—" : distance(metres(row, unit));
    const why = (said?.reasons ?? []).filter(({ code }) => code !== "travel").map(({ text }) => text);
    if (unit.status !== "free") why.unshift(gettext("no longer free"));
    else if (!said && Number.isFinite(age)) why.push(ago(age));
    setText(this.name, unit.call_sign);
    setText(this.reasons, why.join(" · "));
    this.node.title = said?.reasons.map(({ text }) => text).join(" · ") ?? "";
    setText(this.minutes, said ? fill(gettext("about %(n)s min"), { n: said.minutes }) : away);
    setText(this.distance, said ? away : "");
    this.reasons.classList.toggle("stale-age", Boolean(said?.stale) || stale);
    return this.node;
  }
}
