/* What happened at a place before, and the warnings that hold there.
 * hazardParts(hazards, {withdraw(hazard)}) → nodes; a warning is text with a mark, no colour: colour is kept for what is late
 * earlierParts(found, most) → nodes of the answer of …/place/ and places/history/
 * PlacePanel(root, {may: {place, hazard}, dialog, say(text, tone)}) — .show({number, lat, lon, address, hazards}), .open()
 *   Warnings stand there at once; earlier incidents come when they are asked for, since each look is written down. */

import { el, put } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { hint } from "../lib/keys.js";
import { date, distance, hourMinute, ms } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { enterHazard, withdrawHazard } from "./place_hazard.js";

const DAY_MS = 86_400_000;
const SHOWN = 8;

function daysAgo(at) {
  const days = Math.floor((Date.now() - ms(at)) / DAY_MS);
  return days < 1 ? hourMinute(at) : fill(ngettext("%(n)s day ago", "%(n)s days ago", days), { n: days });
}

export const hazardParts = (hazards, { withdraw = null } = {}) =>
  hazards.map((one) =>
    el(
      "p.hazard",
      { title: fill(gettext("%(reason)s · %(name)s · until %(date)s"), { reason: one.reason, name: one.entered_by, date: one.valid_until }) },
      el("b", {}, one.kind_label),
      " ",
      one.text,
      withdraw && el("button.plain.hazard-end", { type: "button", onclick: () => withdraw(one) }, gettext("Withdraw…")),
    ),
  );

export function earlierParts(found, most = SHOWN) {
  const counted = fill(ngettext("Same place: %(n)s in 30 days", "Same place: %(n)s in 30 days", found.recent), { n: found.recent });
  const all = fill(found.more ? gettext("more than %(n)s in a year") : gettext("%(n)s in a year"), { n: found.total });
  if (!found.total) return [el("p.second", {}, gettext("Nothing happened at this place within a year."))];
  const left = found.total - Math.min(most, found.incidents.length);
  return [
    el("p.earlier-count", {}, el("b", {}, counted), ` · ${all}`),
    el("ul.earlier", {}, found.incidents.slice(0, most).map(line)),
    left > 0 && el("p.note", {}, fill(gettext("and %(n)s older ones"), { n: left })),
  ];
}

function line(one) {
  const where = one.same_address ? gettext("same address") : one.metres !== null ? distance(one.metres) : "";
  return el(
    "li",
    {},
    el("a", { href: `/incidents/${one.number}/`, target: "_blank", rel: "noopener", title: one.number }, serial(one.number)),
    el("span.earlier-what", {}, one.label, el("span.second", {}, [one.open ? one.status_label : one.outcome || one.status_label, where].filter(Boolean).join(" · "))),
    el("time", { datetime: one.at, title: `${date(one.at)} ${hourMinute(one.at)}` }, daysAgo(one.at)),
  );
}

const same = (some, others) => JSON.stringify(some) === JSON.stringify(others);

export class PlacePanel {
  constructor(root, { may, dialog, say }) {
    Object.assign(this, { root, may, dialog, say, place: null, found: null, hazards: [], wrong: "" });
  }

  show(place) {
    const other = place?.number !== this.place?.number;
    const hazards = place?.hazards ?? [];
    // what was looked up may be newer than what is shown again, but not than what comes anew
    if (other || !same(hazards, this.place?.hazards ?? [])) this.hazards = hazards;
    this.place = place;
    if (other) {
      this.found = null;
      this.wrong = "";
    }
    this.#draw();
  }

  async open() {
    const cannot = this.#cannot();
    if (cannot) return this.say(cannot, "bad");
    const { number } = this.place;
    try {
      const found = await get(`/api/incidents/${number}/place/`);
      if (number !== this.place?.number) return undefined;
      Object.assign(this, { found, hazards: found.hazards, wrong: "" });
    } catch (error) {
      this.wrong = error.message;
    }
    this.#draw();
    this.root.scrollIntoView({ block: "nearest" });
    return undefined;
  }

  get #known() {
    return Boolean(this.place) && (this.place.lat !== null || Boolean(this.place.address));
  }

  #cannot() {
    if (!this.may.place) return gettext("Your role may not look up what happened at a place");
    if (!this.place) return gettext("Choose an incident first");
    return this.#known ? "" : gettext("Neither its address nor its place on the map is known");
  }

  #draw() {
    const { place, found, hazards, may } = this;
    const mark = JSON.stringify([place?.number, hazards, found, this.wrong]);
    if (mark === this.drawn) return;
    this.drawn = mark;
    if (!this.#known || (!may.place && !hazards.length)) return put(this.root);
    put(
      this.root,
      hazardParts(hazards, { withdraw: may.hazard ? (one) => this.#withdraw(one) : null }),
      this.wrong && el("p.error-line", {}, this.wrong),
      found && earlierParts(found),
      el(
        "div.place-acts",
        {},
        may.place && !found && el("button.button.small", { type: "button", onclick: () => this.open() }, gettext("Earlier at this place"), hint("place")),
        may.hazard && place.lat !== null && el("button.button.small", { type: "button", onclick: () => this.#enter() }, gettext("Warn about this place…")),
      ),
    );
  }

  async #enter() {
    const { lat, lon, address } = this.place;
    if (await enterHazard(this.dialog, { lat, lon, address })) this.#changed(gettext("Warning entered"));
  }

  async #withdraw(hazard) {
    if (await withdrawHazard(this.dialog, hazard)) this.#changed(gettext("Warning withdrawn"));
  }

  #changed(text) {
    this.say(text, "ok");
    this.open();
  }
}
