/* The live client: what the server holds, kept true in the browser. Push is a hint, HTTP is the truth.
 * Subscribes first, then fetches the snapshot, then applies what came meanwhile; takes a row only when its version is
 * newer; compares itself with each heartbeat and repairs itself.
 *
 * const live = new Live({socket: "/ws/board/", snapshot: "/api/board/"}); live.start()
 * live.incidents Map(number → row), live.units Map(id → row), live.notices Set(number), live.scope, live.health
 * live.now() → ms of the server's clock; live.age() → ms since the screen was last known to be true; live.mode
 * live.proofs {incidents, units} — Proof of each (proof.js): a heartbeat that agrees proves it; one that names what is not
 *   held makes a gap of that kind alone, until a snapshot has repaired it
 * live.act(row) — takes the fresh row that an API answer brought, without waiting for its hint
 * Events (addEventListener): 
 *   rows  {incidents: Set(number), units: Set(id), whole: bool} at most once per frame of the screen
 *   event {type, event, …row} each hint about an incident, before it is drawn
 *   escalation {…message}; mention {…message} where it names this person
 *   territory {plan, at} the grids are others now; what is drawn of them is to be fetched anew
 *   state {mode, made} when mode changes: loading, live, late, stale, recovered, ended
 *     late: silent for over 5 s; stale: over 10 s; recovered: 5 s long, `made` updates were missing; ended: sign in again
 *   health {timers, redis, worker} */

import { HttpError, get } from "./http.js";
import { openSocket } from "./live_socket.js";
import { take } from "./preference.js";
import { Proof } from "./proof.js";

// A heartbeat comes every 5 s; the second on top is its journey, else a healthy line would flicker.
const LATE_MS = 6_000;
const STALE_MS = 10_000;
const RECOVERED_MS = 5_000;
const MISSED_MS = 20_000; // a heartbeat names the changes of 30 s; beyond this only a snapshot is sure
const HINT_GRACE_MS = 400; // a heartbeat may overtake the hints it names
const MOVE_GRACE_MS = 1500; // and positions wait for their second to be over
const RETRY_MS = 1000; // after a snapshot that failed, doubling to 16 s, each with jitter
const LONGEST_RETRY_MS = 16_000;
const KINDS = ["incidents", "units"];
const OPEN = new Set(["reported", "dispatched", "accepted", "en_route", "on_scene", "reported_back"]);

export class Live extends EventTarget {
  constructor({ socket, snapshot }) {
    super();
    this.paths = { socket, snapshot };
    this.incidents = new Map();
    this.units = new Map();
    this.gone = new Map(); // number → version of what has left the board
    this.notices = new Set();
    this.scope = null;
    this.user = null;
    this.health = null;
    this.mode = "loading";
    this.made = 0;
    this.offsets = [];
    this.dirty = { incidents: new Set(), units: new Set(), whole: false };
    this.touched = new Set(); // rows that came while a snapshot was on its way
    this.loaded = false; // a snapshot has been taken
    this.whole = false; // what is held follows the server: no gap between snapshot and hints
    this.goodAt = performance.now();
    this.retry = 0;
    this.tries = 0;
    this.proofs = { incidents: new Proof(), units: new Proof() };
    this.lastBeat = -Infinity;
    this.openDiffers = null;
  }

  start() {
    this.wire = openSocket(this.paths.socket, {
      frame: (message) => this.#frame(message),
      closed: (code) => this.#closed(code),
    });
    this.ticker = setInterval(() => this.#judge(), 250);
    document.addEventListener("sessionended", () => this.#end());
  }

  now = () => Date.now() + (this.offsets.length ? Math.max(...this.offsets) : 0);
  age = () => performance.now() - this.goodAt;

  act(row) {
    if (!row?.number || !row.version || !row.assignments) return;
    // an answer lists ended orders too; the board's row holds the active ones
    this.#takeIncident({ ...row, assignments: row.assignments.filter((order) => order.active !== false) });
  }

  // --- frames ----------------------------------------------------------------------------------------
  #frame(message) {
    const blind = message.type === "heartbeat" && message.open === null; // proves the line, not what it holds
    if (this.whole && !blind) this.goodAt = performance.now();
    switch (message.type) {
      case "hello":
        this.greeted = true;
        this.#clock(message.at);
        this.user = message.user;
        this.scope = message.scope ?? this.scope;
        this.#load();
        break;
      case "incident":
        this.#emit("event", message);
        this.#takeIncident(message);
        break;
      case "unit":
        this.#takeUnit(message);
        break;
      case "batch": // positions, once a second
        for (const each of message.messages) this.#frame(each);
        break;
      case "escalation":
        this.#emit("escalation", message);
        break;
      case "mention":
        if (message.recipients.includes(this.user)) this.#emit("mention", message);
        break;
      case "preference": // chosen on another screen
        if (message.username === this.user) take(message);
        break;
      case "territory":
        this.#emit("territory", message);
        break;
      case "heartbeat":
        this.#beat(message);
        break;
    }
    this.#judge();
  }

  #takeIncident(row) {
    const held = this.incidents.get(row.number)?.version ?? this.gone.get(row.number) ?? 0;
    this.touched.add(row.number);
    if (row.version <= held) return false;
    if (OPEN.has(row.status) && !row.left) {
      this.incidents.set(row.number, row);
      this.gone.delete(row.number);
    } else {
      this.incidents.delete(row.number);
      this.gone.set(row.number, row.version);
    }
    this.proofs.incidents.changed(row.number, row.version, row.updated_at);
    this.#mark("incidents", row.number);
    return true;
  }

  #takeUnit(row) {
    this.touched.add(row.id);
    if (row.version <= (this.units.get(row.id)?.version ?? 0)) return false;
    this.units.set(row.id, row);
    this.proofs.units.changed(row.call_sign, row.version, row.position_at);
    this.#mark("units", row.id);
    return true;
  }

  // --- heartbeat and repair ------------------------------------------------------------------------------
  #beat(message) {
    this.#clock(message.at);
    this.health = message.health;
    this.#emit("health", message.health);
    const missed = performance.now() - this.lastBeat > MISSED_MS && this.lastBeat > 0;
    this.lastBeat = performance.now();
    if (!this.loaded || message.open === null) return;
    if (missed) return void this.#load();
    const { changed } = message;
    const found = this.#behind(changed);
    for (const kind of KINDS) if (!found[kind]) this.#proven(kind);
    if (!found.incidents) this.#compareOpen(message.open);
    if (!found.incidents && !found.units) return;
    setTimeout(() => {
      const still = this.#behind(changed);
      for (const kind of KINDS) {
        if (still[kind]) this.proofs[kind].gap();
        else if (found[kind]) this.#proven(kind);
      }
      if (still.incidents || still.units) this.#load({ changed, whole: false });
    }, found.incidents ? HINT_GRACE_MS : MOVE_GRACE_MS);
  }

  /** Only a snapshot mends a gap; and what is not whole has nothing to agree with. */
  #proven(kind) {
    if (this.whole && !this.proofs[kind].open) this.proofs[kind].proven();
  }

  /** How many of what the heartbeat names we hold in an older version, or hold though it has left. */
  #behind({ incidents, units, left = [] }) {
    const older = (map, gone) => ([key, version]) => (map.get(key)?.version ?? gone?.get(key) ?? 0) < version;
    const stays = ([key, version]) => (this.incidents.get(key)?.version ?? Infinity) <= version;
    return {
      incidents: incidents.filter(older(this.incidents, this.gone)).length + left.filter(stays).length,
      units: units.filter(older(this.units)).length,
    };
  }

  /** A different number of open incidents twice in a row: something left or entered our scope without a hint. */
  #compareOpen(open) {
    const difference = open - this.incidents.size;
    if (difference && this.openDiffers === difference) {
      this.proofs.incidents.gap();
      this.#load({ whole: false });
    }
    this.openDiffers = difference && this.openDiffers !== difference ? difference : null;
  }

  /** Fetches the snapshot, again and again until it comes. `whole`: a gap lies between it and the hints, all is in doubt. */
  async #load({ changed = { incidents: [] }, whole = true } = {}) {
    if (whole) {
      this.whole = false;
      for (const kind of KINDS) if (this.loaded) this.proofs[kind].gap();
    }
    if (this.mode === "ended") return;
    if (this.loading) {
      this.again = true; // what is on its way may be older than this gap
      return;
    }
    clearTimeout(this.retry);
    this.loading = true;
    this.again = false;
    this.touched.clear();
    const asked = KINDS.filter((kind) => this.proofs[kind].open);
    try {
      const made = this.#merge(await get(this.paths.snapshot));
      if (this.loaded) this.made += made.incidents + made.units;
      this.loaded = true;
      this.whole = !this.again;
      this.goodAt = performance.now();
      this.tries = 0;
      for (const kind of KINDS) asked.includes(kind) ? this.proofs[kind].repaired(made[kind]) : this.#proven(kind);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      const wait = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** this.tries++);
      this.retry = setTimeout(() => this.#load({ changed, whole: false }), wait * (0.75 + Math.random() / 2));
      return;
    } finally {
      this.loading = false;
    }
    for (const [number, version] of changed.incidents) {
      if (!this.incidents.has(number)) this.gone.set(number, Math.max(version, this.gone.get(number) ?? 0));
    }
    if (this.again) this.#load({ whole: false });
    this.#judge();
  }

  /** Takes the snapshot over what is held → how many rows of each kind differed. Rows that came meanwhile are newer and stay. */
  #merge(snapshot) {
    const made = { incidents: 0, units: 0 };
    const listed = new Set(snapshot.incidents.map((row) => row.number));
    for (const row of snapshot.incidents) {
      if (this.#takeIncident(row)) made.incidents += 1;
    }
    for (const [number, row] of this.incidents) {
      if (listed.has(number) || this.touched.has(number)) continue;
      this.incidents.delete(number);
      this.gone.set(number, row.version);
      this.#mark("incidents", number);
      made.incidents += 1;
    }
    const units = new Set(snapshot.units.map((row) => row.id));
    for (const row of snapshot.units) if (this.#takeUnit(row)) made.units += 1;
    for (const id of this.units.keys()) {
      if (units.has(id) || this.touched.has(id)) continue;
      this.units.delete(id);
      this.#mark("units", id);
      made.units += 1;
    }
    this.scope = snapshot.scope ?? this.scope;
    this.notices = new Set(snapshot.notices);
    if (snapshot.health) this.health = snapshot.health;
    this.#clock(snapshot.at);
    this.#mark("whole", true);
    this.#emit("health", this.health);
    return made;
  }

  // --- state of the line ---------------------------------------------------------------------------------
  #judge() {
    if (this.mode === "ended") return;
    const age = this.age();
    let mode = this.mode;
    if (!this.loaded) mode = "loading";
    else if (age > STALE_MS) mode = "stale";
    else if (age > LATE_MS) mode = this.mode === "stale" ? "stale" : "late";
    else if (this.mode === "stale" || (this.mode === "late" && this.made)) mode = "recovered";
    else if (this.mode !== "recovered" || performance.now() - this.since > RECOVERED_MS) mode = "live";
    if (mode === this.mode) return;
    this.mode = mode;
    this.since = performance.now();
    this.#emit("state", { mode, made: this.made });
    if (mode === "live" || mode === "recovered") this.made = 0;
  }

  #closed(code) {
    this.whole = false;
    // 4401 is the server's own word. A refused handshake shows no reason, but asking over HTTP does.
    if (code === 4401) this.#end();
    else if (!this.greeted) this.#load();
    this.greeted = false;
  }

  #end() {
    if (this.mode === "ended") return;
    this.mode = "ended";
    this.wire?.stop();
    this.#emit("state", { mode: "ended", made: 0 });
  }

  #clock(at) {
    const offset = Date.parse(at) - Date.now();
    if (Number.isNaN(offset)) return;
    this.offsets.push(offset); // the journey only ever makes it smaller: the largest of the last is the truest
    if (this.offsets.length > 12) this.offsets.shift();
  }

  #mark(kind, key) {
    if (kind === "whole") this.dirty.whole = true;
    else this.dirty[kind].add(key);
    if (this.flushing) return;
    this.flushing = true;
    // a timer and not an animation frame: a hidden tab gets no frames, yet must count and sound
    setTimeout(() => {
      const dirty = this.dirty;
      this.dirty = { incidents: new Set(), units: new Set(), whole: false };
      this.flushing = false;
      this.#emit("rows", dirty);
    }, 30);
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
