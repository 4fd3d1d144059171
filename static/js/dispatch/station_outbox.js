/* Steps of a crew, kept with their time in this browser until the server has them.
 * const box = new Outbox(person); box.start()
 * box.press({number, assignment, verb, outcome, at, hold, label}) — `at` ms of the server's clock, `hold` ms to wait for an undo,
 *   `label` who did it
 * box.undo(); box.held → the entry that can still be taken back, or null
 * box.steps(assignment) → entries kept for it, oldest first; box.last(assignment) → the last step kept or sent, or undefined; box.size; box.offline — the last try found no network
 * box.flush() — send now what is due; box.told → [{id, text}] of what the crew must read, box.tell(text), box.forget(id)
 * Events: `changed`, `sent` {entry, answer}, `refused` {entry, error, dropped}
 * A repeat is no error for the server, so an entry may be sent twice and counts once. */

import { newKey, post } from "../lib/http.js";

const RETRY_MS = 3_000;
const LONGEST_RETRY_MS = 15_000;
const KEEP = new Set([0, 401, 429, 502, 503, 504]); // trying again later can help

export class Outbox extends EventTarget {
  constructor(person) {
    super();
    this.name = `station.steps.${person}`;
    this.entries = [];
    this.sent = new Map(); // assignment → its last entry that the server has: the board shows it a moment later
    this.told = [];
    this.offline = !navigator.onLine;
    this.wait = RETRY_MS;
    this.#read();
  }

  start() {
    addEventListener("online", () => this.flush());
    addEventListener("offline", () => this.#away(true));
    addEventListener("pagehide", () => this.#release());
    document.addEventListener("visibilitychange", () => document.hidden && this.#release());
    this.flush();
  }

  get size() {
    return this.entries.length;
  }

  get held() {
    const last = this.entries.at(-1);
    return last && last.due > Date.now() && !last.sending ? last : null;
  }

  steps = (assignment) => this.entries.filter((entry) => entry.assignment === assignment);

  last = (assignment) => this.steps(assignment).at(-1) ?? this.sent.get(assignment);

  press({ hold = 0, at, ...step }) {
    const entry = { ...step, at: new Date(at).toISOString(), due: Date.now() + hold };
    this.entries.push(entry);
    this.#write();
    if (hold) setTimeout(() => this.flush(), hold + 20);
    else this.flush();
    return entry;
  }

  undo() {
    const entry = this.held;
    if (!entry) return null;
    this.entries = this.entries.filter((one) => one !== entry);
    this.#write();
    return entry;
  }

  forget(id) {
    this.told = this.told.filter((one) => one.id !== id);
    this.#write();
  }

  tell(text) {
    this.told.push({ id: newKey(), text });
    this.#write();
  }

  /** One after the other, in the order they were pressed: arriving may not overtake setting out. */
  async flush() {
    if (this.flushing) return;
    this.flushing = true;
    clearTimeout(this.timer);
    try {
      while (this.entries.length && this.entries[0].due <= Date.now()) {
        if (!(await this.#send(this.entries[0]))) return;
      }
    } finally {
      this.flushing = false;
      const next = this.entries[0];
      if (next) this.timer = setTimeout(() => this.flush(), Math.max(next.due - Date.now() + 20, this.offline ? this.wait : 50));
    }
  }

  /** → false where a later try can help, and the entry is kept. */
  async #send(entry) {
    entry.sending = true;
    const { number, assignment, verb, at, outcome } = entry;
    try {
      const url = `/api/incidents/${number}/assignments/${assignment}/${verb}/`;
      const answer = await post(url, { at, ...(outcome ? { outcome } : {}) }, { keepalive: true }); // outlives the page
      this.sent.set(assignment, entry);
      this.#drop([entry]);
      this.wait = RETRY_MS;
      this.#away(false);
      this.#emit("sent", { entry, answer });
      return true;
    } catch (error) {
      entry.sending = false;
      if (KEEP.has(error.status)) {
        this.wait = Math.min(LONGEST_RETRY_MS, this.wait * 1.5);
        this.#away(true);
        return false;
      }
      const dropped = this.steps(assignment).filter((one) => one !== entry); // what followed it can't count either
      this.#drop([entry, ...dropped]);
      this.#away(false);
      this.#emit("refused", { entry, error, dropped });
      return true;
    }
  }

  /** Leaving the page ends the time for an undo: what was pressed is sent. */
  #release() {
    for (const entry of this.entries) entry.due = Math.min(entry.due, Date.now());
    this.#write();
    this.flush();
  }

  #drop(entries) {
    this.entries = this.entries.filter((one) => !entries.includes(one));
    this.#write();
  }

  #away(offline) {
    if (offline === this.offline) return;
    this.offline = offline;
    this.#emit("changed");
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name)) ?? {};
      this.entries = (kept.entries ?? []).map((entry) => ({ ...entry, sending: false }));
      this.told = kept.told ?? [];
    } catch {
      /* storage refused or spoilt: steps last as long as the page */
    }
  }

  #write() {
    try {
      localStorage.setItem(this.name, JSON.stringify({ entries: this.entries, told: this.told }));
    } catch {
      /* as above */
    }
    this.#emit("changed");
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
