/* The intake form 接警, in a drawer over a page or as a page of its own. Keyboard only, under 30 seconds.
 * mount(root): root holds the form; data-api, data-categories, data-places, data-names, data-grids, data-leaflet are its
 *   addresses, data-person the account; data-drawer makes it a drawer.
 * Events on document: takes map:picked; sends intake:filed, map:mark, map:pick. */

import { $, $$, el, put } from "../lib/dom.js";
import { HttpError } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { bind } from "../lib/keys.js";
import { ms, stamp } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { Categories, fetchCategories } from "./intake_category.js";
import { Draft } from "./intake_draft.js";
import { Drawer } from "./intake_drawer.js";
import { FIELDS, Form } from "./intake_form.js";
import { History } from "./intake_history.js";
import { bindForm } from "./intake_keys.js";
import { Line, savedText } from "./intake_line.js";
import { PinMap } from "./intake_map.js";
import { Place } from "./intake_place.js";
import { Pin } from "./intake_pin.js";
import { readPoint } from "./intake_point.js";
import { Saving } from "./intake_saving.js";
import { Sender } from "./intake_send.js";
import { Similar } from "./intake_similar.js";
import { Templates } from "./intake_template.js";

const RELOAD_MS = 3_000; // doubling to 24 s
const LONGEST_RELOAD_MS = 24_000;
const READ_MS = 600;

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

export const mount = (root) => new Intake(root).start();

class Intake {
  constructor(root) {
    this.root = root;
    this.drawer = new Drawer(root, () => this.open());
    this.node = $("form", root);
    this.form = new Form(this.node);
    this.line = new Line($(".intake-status", root), root.dataset.pages);
    this.button = $("[type=submit]", root);
    this.offset = null; // server's clock minus ours, ms
    this.began = 0; // first key of this call, by our clock
    this.reported = null; // the same as it was first sent
    this.sender = new Sender(root.dataset.api);
    this.saving = new Saving(root, this.line);
    this.warned = { text: "", at: 0 }; // what was said before saving, and when
  }

  async start() {
    this.node.noValidate = true;
    this.#widgets();
    this.node.addEventListener("submit", (event) => (event.preventDefault(), this.save()));
    this.node.addEventListener("input", () => this.#typed());
    bindForm(this.root, this.form, {
      known: () => this.place.known,
      priority: (level) => this.#prioritySet(level),
      save: () => this.save(),
      close: this.drawer.here ? () => this.close() : null,
      join: (index) => this.join(this.similar.at(index)),
      template: (index) => this.templates.insert(index),
    });
    this.node.addEventListener("focusout", (event) => this.#left(event.target));
    for (const button of $$("[data-intake]", this.root)) {
      button.addEventListener("click", () => this[button.dataset.intake]());
    }
    bind([
      { id: "intake", code: "F2", text: gettext("New incident"), group: "incident", always: true, run: () => this.open() },
      { id: "intake-save", code: "Enter", ctrl: true, always: true, text: gettext("Save the intake"), group: "incident",
        run: () => (this.root.contains(document.activeElement) ? this.save() : false) },
    ]); // prettier-ignore
    document.addEventListener("map:picked", ({ detail }) => !this.drawer.shut && this.#moved(detail, true));
    this.draft = await Draft.open(this.root.dataset.person);
    this.#restore();
    this.loading = this.#loadCategories();
    this.root.dataset.ready = "";
    if (!this.drawer.here || location.hash === "#intake") this.open();
  }

  #widgets() {
    const select = this.node.elements.category;
    const input = $("[data-combobox]", this.node);
    select.hidden = true;
    input.hidden = false;
    $("label", select.closest(".field")).htmlFor = input.id;
    this.categories = new Categories(input, $("[data-options]", this.node), {
      chosen: (category, leaving) => this.#categoryChosen(category, leaving),
    });
    $("[data-intake=pick]", this.root).hidden = !this.drawer.here || !$("[data-ground]"); // only where a large map is
    const preset = $("[name=priority][value='']", this.node);
    preset.closest("label").hidden = true;
    this.map = new PinMap($(".intake-map", this.root), {
      grids: this.root.dataset.grids,
      leaflet: this.root.dataset.leaflet,
      moved: (point) => this.#moved(point, false),
    });
    this.similar = new Similar($(".intake-similar", this.root), {
      url: `${this.root.dataset.api}similar/`,
      names: (code) => this.categories.all.find((one) => one.code === code)?.name ?? code,
      join: (number) => this.join(number),
    });
    this.place = new Place(this.root, {
      address: this.node.elements.address,
      found: (point) => this.#moved(point, true),
    });
    this.pin = new Pin(this.form, {
      converted: (point, system) => this.place.converted(point, system),
      changed: (point, zoomIn) => this.#pointIs(point, zoomIn),
    });
    this.history = new History($(".intake-history", this.root), { url: `${this.root.dataset.places}history/` });
    this.templates = new Templates($(".intake-templates", this.root), this.node.elements.summary, { changed: () => this.#typed() });
  }

  async #loadCategories(again = RELOAD_MS) {
    let found;
    try {
      found = await fetchCategories(this.root.dataset.categories);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      setTimeout(() => this.#loadCategories(Math.min(LONGEST_RELOAD_MS, 2 * again)), again); // meanwhile `save` says what is missing
      return;
    }
    this.offset = found.offset;
    const select = this.node.elements.category;
    const chosen = this.draft.fields.category || select.value;
    put(select, el("option", { value: "" }), found.categories.map((one) => el("option", { value: one.code }, one.name)));
    select.value = chosen;
    if (chosen) this.categories.code = chosen;
    this.categories.load(found.categories);
    this.templates.show(this.categories.chosenOne);
  }

  #restore() {
    const typed = this.draft.at ? this.draft.fields : this.form.values(); // a plain post that came back holds its own
    this.form.fill(typed);
    this.categories.choose(typed.category);
    this.templates.show(this.categories.chosenOne);
    this.pin.read();
    if (!this.draft.at) return;
    this.began = ms(this.draft.fields.began) || Date.now();
    this.reported = this.draft.fields.reported_at || null;
    this.#showBegan(true);
    this.line.say(fill(gettext("Draft of %(time)s restored"), { time: stamp(this.draft.at) }));
  }

  // --- opening and closing -------------------------------------------------------------------------------
  open() {
    this.drawer.open();
    this.form.focus(this.form.values().category ? "address" : "category");
    this.map.open();
    this.#mark();
  }

  close() {
    if (!this.drawer.here || this.saving.busy) return;
    this.drawer.close();
    tell("map:mark", null);
  }

  discard() {
    this.#empty();
    this.line.say("");
    this.form.focus("category");
  }

  pick = () => tell("map:pick");

  halt = () => this.saving.halt();

  #empty() {
    this.draft.renew();
    this.form.fill({});
    this.form.clear();
    this.categories.choose("");
    this.templates.show(null);
    this.began = 0;
    this.reported = null;
    this.warned = { text: "", at: 0 };
    this.pin.read();
    this.similar.clear();
    this.history.clear();
    this.#showBegan(false);
  }

  // --- typing -----------------------------------------------------------------------------------------------
  #typed() {
    this.began ||= Date.now();
    this.#compare();
    this.#keep();
    this.warned = { text: "", at: 0 };
  }

  #compare() {
    const { category, caller_phone, address } = this.form.values();
    this.similar.ask({ point: this.pin.point, category, caller_phone });
    const typing = document.activeElement === this.node.elements.address;
    this.history.ask({ point: this.pin.point, address: typing ? this.history.asked?.address ?? "" : address });
  }

  #keep() {
    if (this.saving.busy || !this.draft) return;
    const values = this.form.values();
    const any = Object.values(values).some(Boolean);
    if (!any) this.began = 0;
    const times = { began: new Date(this.began).toISOString(), reported_at: this.reported ?? "" };
    this.draft.keep(any ? { ...values, ...times } : {});
    this.#showBegan(any);
  }

  #showBegan(any) {
    $("[data-intake=discard]", this.root).hidden = !any;
    const began = $(".intake-began", this.root);
    began.textContent = this.began ? stamp(this.began + (this.offset ?? 0)) : "";
    began.parentElement.hidden = !this.began;
  }

  #left(target) {
    if (target.name === "point" || target.name === "system") this.pin.read();
    if (target.name === "address") {
      const pasted = readPoint(target.value);
      if (!pasted) return void setTimeout(() => this.#compare()); // once the focus has left
      this.node.elements.point.value = target.value;
      target.value = "";
      this.form.say("point", "");
      this.#typed();
      this.pin.read();
    }
    const field = target.matches("[data-combobox]") ? "category" : target.name;
    if (field !== "category" && FIELDS.includes(field)) {
      this.form.say(field, field === "summary" ? "" : this.form.missing(this.form.values())[field] ?? "");
    }
  }

  #categoryChosen(category, leaving) {
    this.node.elements.category.value = category?.code ?? "";
    this.templates.show(category);
    if (category) this.form.priority(category.priority);
    this.form.say("category", category || !leaving ? "" : this.form.missing(this.form.values()).category);
    this.#typed();
    if (category && !leaving) this.form.focus("priority");
  }

  #prioritySet(level) {
    this.form.priority(level);
    this.#typed();
  }

  #moved(point, zoomIn) {
    this.pin.put(point, zoomIn);
    this.form.say("point", "");
    this.#typed();
  }

  /** `point` is WGS-84, or null. */
  #pointIs(point, zoomIn) {
    this.map.show(point, zoomIn);
    this.place.locate(point);
    this.#compare();
    this.#mark();
  }

  #mark() {
    if (this.drawer.here && !this.drawer.shut) tell("map:mark", this.pin.point);
  }

  // --- saving -----------------------------------------------------------------------------------------------
  async save() {
    await Promise.allSettled([this.loading]); // the list of categories, for a hand faster than the line; a fault in it stops no call
    if (this.saving.busy) return undefined; // a second Enter while the first is on its way
    this.categories.complete();
    this.#left(this.node.elements.address);
    const values = this.form.values();
    this.form.clear();
    for (const [field, text] of Object.entries(this.form.missing(values))) this.form.say(field, text);
    if (this.form.focusFirstError()) return this.line.say(gettext("Not saved yet. What you typed is kept."), "bad");
    const warning = this.form.warning(values, this.templates.blank(values.summary)); // the second press obeys
    if (warning && this.warned.text === warning && performance.now() - this.warned.at < READ_MS) return undefined; // a double press has not read it
    if (warning && this.warned.text !== warning) {
      this.warned = { text: warning, at: performance.now() };
      return this.line.say(warning, "warn");
    }
    // The call came in with the first key, by the server's clock; without any idea of that the server says. Kept, since
    // a repeat has to be the same to the letter.
    if (this.offset !== null && this.began) this.reported ??= new Date(this.began + this.offset).toISOString();
    this.#keep();
    const body = { ...this.form.body(values), ...(this.reported ? { reported_at: this.reported } : {}) };
    return this.#saved(this.sender, body, (row) => this.#done({ number: row.number, row }), gettext("Save again to file this as another incident."));
  }

  /** This caller tells of an incident that runs already: the words go into its story, nobody else is sent. */
  async join(number) {
    if (!number || this.saving.busy) return;
    const { summary, caller_name, caller_phone } = this.form.values();
    if (!summary && !caller_name && !caller_phone) {
      this.form.say("summary", gettext("Write what this caller said, or who called."));
      this.form.focus("summary");
      return;
    }
    const sender = new Sender(`${this.root.dataset.api}${number}/callers/`);
    const joined = () => this.#done({ number, text: fill(gettext("Joined to %(serial)s"), { serial: serial(number) }) });
    await this.#saved(sender, { said: summary, caller_name, caller_phone }, joined, gettext("Join again to add this as one more caller."));
  }

  /** `again`: what the same act does once more, where it had arrived with other words. */
  async #saved(sender, body, done, again) {
    try {
      done(await this.saving.run(sender, body, this.draft.key));
    } catch (error) {
      this.#failed(error, again);
    }
    if (!this.form.focusFirstError() && !this.drawer.shut) (this.drawer.here ? this.button : this.form.control("category")).focus();
  }

  #done({ number, row = null, text = savedText(number) }) {
    this.#empty();
    if (!this.drawer.here) return this.line.saved(number, text);
    this.line.say("");
    this.drawer.saved(text);
    tell("map:mark", null);
    return tell("intake:filed", { number, row });
  }

  #failed(error, again) {
    const left = Object.entries(error.fields).filter(([field, lines]) => !this.form.say(field, lines.join(" ")));
    const text = left.length || !Object.keys(error.fields).length ? error.message : gettext("Not saved yet. What you typed is kept.");
    this.line.say(text, "bad", error.code);
    if (error.code !== "idempotency_key_reused") return;
    // The first try had arrived after all; what was changed since can only be a note or a new incident.
    this.draft.newKey();
    this.reported = null;
    this.line.add(" ", this.line.link(error.details.number), " ", again);
  }
}
