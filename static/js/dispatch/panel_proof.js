/* What each panel says of itself: quietly when it was last confirmed, aloud and greyed when it can't be.
 * showProof(panel, live, proofs, {line, strip})   panel: the element that greys; proofs: one or several, the worst counts
 *   `line` holds the quiet words, `strip` the loud ones; each may be missing
 * While the whole screen stands still its own bar says so, and the panels keep quiet. */

import { setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { worst } from "../lib/proof.js";
import { ago, stamp } from "../lib/time.js";
import { serial } from "../lib/urgency.js";

const EACH_MS = 500;

export function showProof(panel, live, proofs, { line = null, strip = null } = {}) {
  const instant = (proof) => stamp(live.now() - proof.age);

  function exact(proof) {
    const { newest } = proofs.length === 1 ? proof : proofs.find((one) => one.newest) ?? proof;
    const name = newest && (/^\d{18,}$/.test(newest.name) ? serial(newest.name) : newest.name);
    return [
      newest && fill(gettext("Newest: %(name)s, version %(version)s, %(time)s"), { name, version: newest.version, time: stamp(newest.at) }),
      Number.isFinite(proof.age) && fill(gettext("Confirmed by the server at %(time)s"), { time: instant(proof) }),
    ].filter(Boolean).join("\n"); // prettier-ignore
  }

  let told = false; // that something is lacking; what nobody saw need not be called mended
  function show() {
    const proof = worst(proofs);
    const whole = ["stale", "ended", "loading"].includes(live.mode);
    const { state } = proof;
    const dead = state === "stale" && !whole;
    panel.classList.toggle("unproven", dead);
    if (line) {
      line.hidden = state === "none" || !Number.isFinite(proof.age);
      line.classList.toggle("late", state === "late");
      if (!line.hidden) setText(line, fill(gettext("checked %(age)s"), { age: ago(proof.age) }));
      const words = exact(proof);
      if (line.title !== words) line.title = words;
    }
    if (!strip) return;
    const back = state === "recovered" && live.mode === "live" && (told || proof.made > 0);
    told = dead || back;
    strip.hidden = !dead && !back;
    strip.className = `proof-strip ${dead ? "stale" : "recovered"}`;
    if (dead && Number.isFinite(proof.age)) setText(strip, fill(gettext("Not current since %(time)s, repairing"), { time: instant(proof) }));
    else if (dead) setText(strip, gettext("Can't be read, trying again"));
    else if (back) setText(strip, proof.made ? fill(ngettext("Back. %(n)s update added", "Back. %(n)s updates added", proof.made), { n: proof.made }) : gettext("Back. Nothing was missing"));
  }

  show();
  setInterval(show, EACH_MS);
}
