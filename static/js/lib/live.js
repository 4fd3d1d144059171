/* The live client: what the server holds, kept true in the browser. Push is a hint, HTTP is the truth.
 * Subscribes first, then fetches the snapshot, then applies what came meanwhile; takes a row only when its version is
 * newer; compares itself with each heartbeat and repairs itself.
 *
 * const live = new Live({socket: "/ws/board/", snapshot: "/api/board/"}); live.start()
 * live.incidents Map(number → row), live.units Map(id → row), live.notices Set(number), live.scope, live.health
 * live.now() → ms of the server's clock; live.age() → ms since the screen was last known to be true; live.mode
 * live.act(row) — takes the fresh row that an API answer brought, without waiting for its hint
 * Events (addEventListener): 
 *   rows  {incidents: Set(number), units: Set(id), whole: bool} at most once per frame of the screen
 *   event {type, event, …row} each hint about an incident, before it is drawn
 *   escalation {…message}
 *   territory {plan, at} the grids are others now; what is drawn of them is to be fetched anew
 *   state {mode, made} when mode changes: loading, live, late, stale, recovered, ended
 *     late: silent for over 5 s; stale: over 10 s; recovered: 5 s long, `made` updates were missing; ended: sign in again
 *   health {timers, redis, worker} */

import { HttpError, get } from "./http.js";
import { openSocket } from "./live_socket.js";

// A heartbeat comes every 5 s; the second on top is its journey, else a healthy line would flicker.
const LATE_MS = 6_000;
const STALE_MS = 10_000;
const RECOVERED_MS = 5_000;
const MISSED_MS = 20_000; // a heartbeat names the changes of 30 s; beyond this only a snapshot is sure
const HINT_GRACE_MS = 400; // a heartbeat may overtake the hints it names
const MOVE_GRACE_MS = 1500; // and positions wait for their second to be over
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
    if (this.whole) this.goodAt = performance.now();
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
    this.#mark("incidents", row.number);
    return true;
  }

  #takeUnit(row) {
    this.touched.add(row.id);
    if (row.version <= (this.units.get(row.id)?.version ?? 0)) return false;
    this.units.set(row.id, row);
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
    if (!this.loaded) return;
    if (missed) return void this.#load();
    const behind = () => this.#behind(message.changed);
    const found = behind();
    const grace = found.some(([key]) => typeof key === "string") ? HINT_GRACE_MS : MOVE_GRACE_MS;
    if (found.length) setTimeout(() => behind().length && this.#load(message.changed), grace);
    else this.#compareOpen(message.open);
  }

  #behind(changed) {
    const older = (map, gone) => ([key, version]) => (map.get(key)?.version ?? gone?.get(key) ?? 0) < version;
    return [
      ...changed.incidents.filter(older(this.incidents, this.gone)),
      ...changed.units.filter(older(this.units)),
    ];
  }

  /** A different number of open incidents twice in a row: something left or entered our scope without a hint. */
  #compareOpen(open) {
    const difference = open - this.incidents.size;
    if (difference && this.openDiffers === difference) this.#load();
    this.openDiffers = difference && this.openDiffers !== difference ? difference : null;
  }

  async #load(changed = { incidents: [] }) {
    this.whole = false;
    if (this.loading || this.mode === "ended") return;
    clearTimeout(this.retry);
    this.loading = true;
    this.touched.clear();
    try {
      const made = this.#merge(await get(this.paths.snapshot));
      if (this.loaded) this.made += made;
      this.loaded = this.whole = true;
      this.goodAt = performance.now();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      this.retry = setTimeout(() => this.#load(changed), 1000 + Math.random() * 2000);
      return;
    } finally {
      this.loading = false;
    }
    for (const [number, version] of changed.incidents) {
      if (!this.incidents.has(number)) this.gone.set(number, Math.max(version, this.gone.get(number) ?? 0));
    }
    this.#judge();
  }

  /** Takes the snapshot over what is held → how many rows differed. Rows that came meanwhile are newer and stay. */
  #merge(snapshot) {
    let made = 0;
    const listed = new Set(snapshot.incidents.map((row) => row.number));
    for (const row of snapshot.incidents) {
      if (this.#takeIncident(row)) made += 1;
    }
    for (const [number, row] of this.incidents) {
      if (listed.has(number) || this.touched.has(number)) continue;
      this.incidents.delete(number);
      this.gone.set(number, row.version);
      this.#mark("incidents", number);
      made += 1;
    }
    const units = new Set(snapshot.units.map((row) => row.id));
    for (const row of snapshot.units) if (this.#takeUnit(row)) made += 1;
    for (const id of this.units.keys()) {
      if (units.has(id) || this.touched.has(id)) continue;
      this.units.delete(id);
      this.#mark("units", id);
      made += 1;
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
