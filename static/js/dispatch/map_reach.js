/* 1-3-5 reach on the map: the more ink, the longer until somebody free can be there. Key R.
 * const reach = new ReachLayer(root, state, repaint)   root: the map's section
 * reach.tints() → {grids: {code: band} | null, uncovered: [code]}   painted by map_reach_paint.js
 * reach.toggle() → why not, in words, or "" */

import { $, el, put, setText } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { Proof } from "../lib/proof.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { showProof } from "./panel_proof.js";

const ASK_AT_MOST_EVERY_MS = 1000;
const ASK_AT_LEAST_EVERY_MS = 10_000;
const LISTED = 60;

export class ReachLayer {
  constructor(root, state, repaint) {
    this.state = state;
    this.repaint = repaint;
    this.on = false;
    this.data = null;
    this.failed = false;
    this.askedAt = -Infinity;
    this.proof = new Proof({ late: 15_000, stale: 20_000 });
    this.checked = el("span.proof");
    this.strip = el("div.proof-strip", { role: "status", hidden: true });
    this.button = $("[data-map-act=reach]", root);
    this.box = $("[data-reach]", root);
    showProof(this.box, state.live, [this.proof], { line: this.checked, strip: this.strip });
    this.button.hidden = !state.config.may.reach;
    state.live.addEventListener("rows", ({ detail }) => this.on && (detail.whole || detail.units.size) && this.#soon());
    setInterval(() => this.on && performance.now() - this.askedAt > ASK_AT_LEAST_EVERY_MS && this.#soon(), 1000);
  }

  toggle() {
    if (!this.state.config.may.reach) return gettext("Your role may not see reach");
    this.on = !this.on;
    this.button.setAttribute("aria-pressed", String(this.on));
    this.box.hidden = !this.on;
    this.proof.forget();
    if (this.on) this.#soon();
    this.#tell();
    this.repaint();
    return "";
  }

  #soon() {
    if (this.waiting || document.hidden) return;
    this.waiting = setTimeout(() => this.#load(), Math.max(0, ASK_AT_MOST_EVERY_MS - (performance.now() - this.askedAt)));
  }

  async #load() {
    this.askedAt = performance.now();
    try {
      this.data = await get("/api/reach/");
      this.failed = false;
      this.proof.repaired();
    } catch (error) {
      if (!error.code) throw error;
      this.failed = true; // the last picture stays, and the panel says so
    } finally {
      this.waiting = 0;
    }
    if (!this.on) return;
    this.#tell();
    this.repaint();
  }

  /** What the ground is tinted with, for `paintReach`. */
  tints = () => ({ grids: this.on ? this.data?.grids : null, uncovered: [...(this.state.uncovered ?? [])] });

  #tell() {
    if (!this.on) return;
    if (!this.data) return put(this.box, el("p.second", {}, this.failed ? gettext("Reach can't be read at the moment") : gettext("Measuring reach")));
    const { beyond, promise, stale, units, bands } = this.data;
    const steps = [...bands.map((n) => [n, fill(gettext("%(n)s min"), { n })]), [null, gettext("more")]];
    put(
      this.box,
      this.strip,
      el("p.reach-scale", {}, steps.map(([band, text]) => el("span", {}, el(`i.reach-${band ?? "more"}`), text))),
      el("p", {}, el("b", {}, beyond.length ? fill(ngettext("%(n)s grid beyond %(promise)s min", "%(n)s grids beyond %(promise)s min", beyond.length), { n: beyond.length, promise }) : fill(gettext("Every grid within %(promise)s min"), { promise }))),
      el("p.second", {}, fill(gettext("%(units)s free units counted"), { units }), stale ? ` · ${fill(gettext("%(n)s of an old position"), { n: stale })}` : "", " · ", this.checked),
      beyond.length > 0 && el("ol.reach-list", {}, beyond.slice(0, LISTED).map((row) => this.#line(row))),
    );
  }

  #line({ grid, community, station, minutes }) {
    const line = el("li", {}, el("span", {}, grid), el("span.second", {}, community), el("b", {}));
    setText(line.lastChild, minutes === null ? gettext("nobody") : fill(gettext("%(n)s min"), { n: minutes }));
    line.title = this.state.config.organisations[station] ?? "";
    return line;
  }
}
