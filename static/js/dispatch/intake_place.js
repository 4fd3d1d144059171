/* The place beside its point: grid, station and community before saving, and names that know where they are.
 * Place(root, {address, found(point)}) — .locate(point | null), .known, .converted(point, system) → Promise(WGS-84 | null)
 *   The address field suggests places by characters or pinyin: the gazetteer, areas, addresses of earlier incidents; taking
 *   one moves the pin. Without a network the areas alone are suggested, from the list that is here.
 *   A point outside the district and an address that names another station's ground are said, never refused. */

import { $, el, put } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { get } from "../lib/http.js";
import { readPoint } from "./intake_point.js";

const PAUSE_MS = 120;
const MOST = 6;
const MOST_ASKED = 60; // characters: a longer text is a story, not a name
const MOST_REMEMBERED = 50;
const KIND_TEXT = { station: gettext("station"), community: gettext("community"), grid: gettext("grid") };
const isLetters = (words) => /^[a-z\d' ]+$/i.test(words);
const kindOf = ({ source, kind, kind_label: label }) => (source === "incident" ? gettext("earlier incident") : label || KIND_TEXT[kind]);

export class Place {
  constructor(root, { address, found }) {
    Object.assign(this, { address, found, names: null, met: [], shown: [], at: -1, known: false });
    this.addresses = root.dataset;
    this.output = $(".intake-place", root);
    this.list = $(".intake-names", root);
    this.list.setAttribute("role", "listbox");
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id, autocomplete: "off",
    })) address.setAttribute(name, value); // prettier-ignore
    address.addEventListener("focus", () => this.#load(), { once: true });
    address.addEventListener("input", () => this.#suggest());
    address.addEventListener("keydown", (event) => this.#key(event));
    address.addEventListener("blur", () => {
      this.asking = "";
      this.#close();
      this.#compare();
    });
    this.list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      if (!option) return;
      event.preventDefault();
      this.#take([...this.list.children].indexOf(option));
    });
  }

  // --- where the point lies ------------------------------------------------------------------------------
  locate(point) {
    clearTimeout(this.timer);
    this.known = Boolean(point);
    this.place = null;
    if (!point) return this.#tell("");
    this.timer = setTimeout(() => this.#ask(point), PAUSE_MS);
  }

  async converted({ lat, lon }, system) {
    try {
      const place = await get(`${this.addresses.places}?lat=${lat}&lon=${lon}&system=${system}`);
      return { lat: place.lat, lon: place.lon };
    } catch {
      this.#tell(gettext("The pin is shown when the network is back; the coordinates are kept as typed."));
      return null;
    }
  }

  async #ask(point) {
    const asked = (this.asked = point);
    let place;
    try {
      place = await get(`${this.addresses.places}?lat=${point.lat}&lon=${point.lon}`);
    } catch {
      if (asked === this.asked && this.known) this.#tell(gettext("Grid and station are found when the network is back."));
      return;
    }
    if (asked !== this.asked || !this.known) return;
    this.place = place;
    this.#compare();
  }

  #compare() {
    if (!this.place) return;
    const { grid, station, station_label: label, community, inside } = this.place;
    if (!inside) return this.#tell(gettext("Outside the district. It can be filed; no station is told."), true);
    const other = this.#namedStation(this.address.value);
    if (other && other.station !== station) {
      const text = gettext("Address is in %(address)s, pin is in %(pin)s");
      return this.#tell(fill(text, { address: other.station_label, pin: label }), true);
    }
    this.#tell([el("b", {}, grid), [label, community].filter(Boolean).map((fact) => ` · ${fact}`)]);
  }

  /** A name of the one station on whose ground the address is, by its own name, a community's or a found place's; else null. */
  #namedStation(address) {
    const named = [...this.met, ...(this.names ?? [])];
    const hits = named.filter(({ name, kind, station }) => kind !== "grid" && station && name.length > 1 && address.includes(name));
    return new Set(hits.map(({ station }) => station)).size === 1 ? hits[0] : null;
  }

  #tell(text, flagged = false) {
    put(this.output, text);
    this.output.classList.toggle("flagged", flagged);
  }

  // --- names ------------------------------------------------------------------------------------------------
  async #load() {
    try {
      this.names = await get(this.addresses.names);
      this.#compare();
    } catch {
      this.address.addEventListener("focus", () => this.#load(), { once: true });
    }
  }

  #suggest() {
    const words = this.address.value.trim();
    this.asking = words;
    this.eager = false;
    clearTimeout(this.searching);
    if ([...words].length < 2 || readPoint(words)) {
      this.asking = "";
      return this.#close();
    }
    this.searching = setTimeout(() => this.#search(words), this.shown.length ? PAUSE_MS : 0);
  }

  async #search(words) {
    let found;
    try {
      found = (await get(`${this.addresses.places}search/?text=${encodeURIComponent([...words].slice(0, MOST_ASKED).join(""))}`)).results;
    } catch (error) {
      if (!error.code) throw error;
      const typed = words.toLowerCase();
      const starts = ({ name, initials }) => initials.startsWith(typed) || name.toLowerCase().startsWith(typed);
      found = (this.names ?? []).filter(starts);
    }
    this.met = [...found.filter(({ source }) => source === "gazetteer"), ...this.met].slice(0, MOST_REMEMBERED);
    if (words !== this.asking) return; // more was typed meanwhile, or the field was left
    this.asking = "";
    this.shown = found.slice(0, MOST);
    this.at = this.shown.length && (isLetters(words) || this.#isNamed(this.shown[0], words)) ? 0 : -1; // nothing that only sounds alike is taken by Enter
    if (!this.eager) return this.#draw();
    this.eager = false;
    if (this.at === 0) this.#take(0);
  }

  #isNamed = ({ name, address }, words) => name.includes(words) || words.includes(name) || address.includes(words);

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.ctrlKey && this.asking) {
      if (!isLetters(this.asking)) return void (this.asking = ""); // an address is an address: a late answer opens nothing
      event.preventDefault();
      event.stopPropagation();
      this.eager = true; // faster than the answer: pinyin can only mean a place that is still to be found
      return;
    }
    if (this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.at = (Math.max(this.at, step > 0 ? -1 : 0) + step + this.shown.length) % this.shown.length;
      this.#draw();
    } else if (event.key === "Enter" && !event.ctrlKey && this.at >= 0) {
      event.preventDefault();
      event.stopPropagation();
      this.#take(this.at);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    }
  }

  #take(index) {
    const { name, lat, lon } = this.shown[index];
    if (!this.address.value.includes(name)) this.address.value = name; // what follows the name, a house or a door, stays
    this.asking = "";
    this.#close();
    this.found({ lat, lon });
  }

  #close() {
    this.shown = [];
    this.at = -1;
    this.#draw();
  }

  #draw() {
    const open = this.shown.length > 0;
    put(this.list, this.shown.map((one, index) =>
      el("li", { role: "option", id: `${this.list.id}-${index}`, "aria-selected": String(index === this.at) },
        el("b", {}, one.name, one.address && el("small", {}, ` ${one.address}`)), el("span", {}, [one.station_label, kindOf(one)].filter(Boolean).join(" · ")),
      ))); // prettier-ignore
    this.list.hidden = !open;
    this.address.setAttribute("aria-expanded", String(open));
    if (open && this.at >= 0) this.address.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
    else this.address.removeAttribute("aria-activedescendant");
  }
}
