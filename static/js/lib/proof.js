/* Whether one panel is proven current: what it shows, since when, and when that was last confirmed.
 * const proof = new Proof({late, stale} ms)
 * proof.changed(name, version, at)   it shows something newer: its name, its version, its instant (ISO)
 * proof.proven(), proof.gap(), proof.repaired(made)   confirmed; known to lack something; what was lacking is here
 * proof.forget()     it shows something else now: nothing is known yet
 * proof.open         a gap that is not repaired
 * proof.state → "none" (nothing to prove yet), "live", "late", "stale", "recovered" (5 s long)
 * proof.age → ms since the last confirmation; proof.made; proof.newest {name, version, at} | null
 * worst(proofs) → the one in the worst state */

const RECOVERED_MS = 5_000;
const ORDER = ["none", "live", "recovered", "late", "stale"];

export class Proof {
  // a heartbeat comes every 5 s; the second on top is its journey
  constructor({ late = 6_000, stale = 10_000 } = {}) {
    Object.assign(this, { late, stale });
    this.forget();
  }

  forget() {
    Object.assign(this, { at: null, open: false, newest: null, made: 0, repairedAt: -Infinity });
  }

  changed(name, version, at) {
    if (!at || (this.newest && Date.parse(at) <= Date.parse(this.newest.at))) return;
    this.newest = { name, version, at };
  }

  proven(at = performance.now()) {
    if (this.at === null || at > this.at) this.at = at;
    this.open = false;
  }

  gap() {
    this.open = true;
  }

  repaired(made = 0) {
    if (this.open) Object.assign(this, { made, repairedAt: performance.now() });
    this.proven();
  }

  get age() {
    return this.at === null ? Infinity : performance.now() - this.at;
  }

  get state() {
    if (this.open) return "stale";
    if (this.at === null) return "none";
    if (this.age > this.stale) return "stale";
    if (this.age > this.late) return "late";
    return performance.now() - this.repairedAt < RECOVERED_MS ? "recovered" : "live";
  }
}

export const worst = (proofs) => proofs.reduce((a, b) => (ORDER.indexOf(b.state) > ORDER.indexOf(a.state) ? b : a));
