/* The board of then, where the panels of the board expect the live client (lib/live.js): the same maps of rows, no line.
 *
 * const past = new Past()
 * past.take(frame) — an answer of /api/board/at/; past.seek(ms) — moves the time without other rows
 * past.incidents, past.units, past.notices, past.unknown Set(number: nobody kept how it was); past.now() → ms; past.mode
 * Events: `rows` as the live client's */

import { Proof } from "../lib/proof.js";

export class Past extends EventTarget {
  constructor() {
    super();
    this.incidents = new Map();
    this.units = new Map();
    this.notices = new Set();
    this.unknown = new Set();
    this.proofs = { incidents: new Proof(), units: new Proof() }; // nothing to prove of what is past
    this.mode = "live"; // what is shown is what was asked for
    this.loaded = false;
    this.at = Date.now();
  }

  now = () => this.at;

  seek(at) {
    this.at = at;
  }

  take({ incidents, units, notices, unknown }) {
    this.incidents = new Map(incidents.map((row) => [row.number, row]));
    this.units = new Map(units.map((row) => [row.id, row]));
    this.notices = new Set(notices);
    this.unknown = new Set(unknown);
    this.loaded = true;
    this.dispatchEvent(new CustomEvent("rows", { detail: { incidents: new Set(), units: new Set(), whole: true } }));
  }
}
