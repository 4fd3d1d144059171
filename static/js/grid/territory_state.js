/* What the editor holds: the territory, one plan laid over it, what is selected, undo. Each change is saved at once.
 * const state = new TerritoryState({api}); await state.start()
 * state.shape(key) → {key, kind: "kept"|"new"|"changed"|"removed", code, station, community_code, community, boundary, people, …}
 * state.shapes() → Map(key → boundary) of what will be there; state.selected Set(key); state.only → the one selected key or null
 * state.edit([{key, …fields}], {drop}) — keeps it here at once, sends it behind; state.undo(), state.redo()
 * state.act(verb, body) → the answered plan — split, merge, mend, schedule, reopen, withdraw, on what is saved
 * state.open(id | null), state.create(title), state.rename({title, reason}), state.handOver(code, people)
 * Events: plan (the plan or its grids changed), territory, select, failed (HttpError),
 *   saved {state: "saving"|"saved"|"waiting"|"signed_out"|"refused"} — refused: the server's plan stands there instead */

import { get, post } from "../lib/http.js";

const RETRY_MS = 3000;
const FIELDS = ["code", "station", "community_code", "community", "boundary", "removed", "people"];

export class TerritoryState extends EventTarget {
  constructor({ api }) {
    super();
    this.api = api;
    this.base = new Map();
    this.people = [];
    this.plans = [];
    this.plan = null;
    this.planned = new Map();
    this.faults = [];
    this.selected = new Set();
    this.past = [];
    this.future = [];
    this.queue = Promise.resolve();
    this.unsaved = 0;
  }

  async start() {
    await Promise.all([this.loadTerritory(), this.loadPlans()]);
  }

  async loadTerritory() {
    const { grids, people } = await get(this.api);
    this.base = new Map(grids.map((grid) => [grid.key, { ...grid, kind: "kept", removed: false }]));
    this.people = people;
    if (!this.plan) this.faults = (await get(`${this.api}faults/`)).results;
    this.#emit("territory");
  }

  async loadPlans() {
    this.plans = (await get(`${this.api}plans/`)).results;
    this.#emit("plan");
  }

  get editable() {
    return this.plan?.state === "draft";
  }

  get only() {
    return this.selected.size === 1 ? [...this.selected][0] : null;
  }

  shape(key) {
    const there = this.base.get(key);
    const row = this.planned.get(key);
    if (!row) return there;
    return { ...there, ...row, serving: there?.people ?? [], vacant: row.people ? !this.#officer(row.people) : (there?.vacant ?? true) };
  }

  #officer(numbers) {
    return this.people.some((person) => numbers.includes(person.number) && person.kind === "community_officer");
  }

  keys() {
    return [...this.base.keys(), ...[...this.planned.keys()].filter((key) => !this.base.has(key))];
  }

  /** What will be there: key → boundary. */
  shapes() {
    return new Map(this.keys().map((key) => this.shape(key)).filter((shape) => !shape.removed).map((shape) => [shape.key, shape.boundary]));
  }

  codes() {
    return this.keys().map((key) => this.shape(key).code);
  }

  select(keys) {
    this.selected = new Set(keys);
    this.#emit("select");
  }

  // --- plans ------------------------------------------------------------------------------------------
  async open(id, { whole = false } = {}) {
    await this.queue;
    if (id === null) {
      this.#take(null);
      this.faults = (await get(`${this.api}faults/`)).results;
      this.#emit("plan");
      return;
    }
    this.#take(await get(`${this.api}plans/${id}/${whole ? "?whole=1" : ""}`));
  }

  async create(title) {
    const plan = await post(`${this.api}plans/`, { title });
    await this.loadPlans();
    this.#take(plan);
  }

  #take(plan) {
    if (plan?.id !== this.plan?.id) {
      this.past = [];
      this.future = [];
    }
    this.plan = plan;
    this.planned = new Map((plan?.grids ?? []).map((row) => [row.key, row]));
    this.faults = plan?.faults ?? [];
    this.selected = new Set([...this.selected].filter((key) => this.shape(key)));
    if (plan) {
      const at = this.plans.findIndex(({ id }) => id === plan.id);
      if (at >= 0) this.plans[at] = plan;
    }
    this.#emit("plan");
  }

  // --- changes --------------------------------------------------------------------------------------------
  edit(rows, { drop = [], remember = true } = {}) {
    const before = this.#snapshot();
    for (const row of rows) {
      const held = this.planned.get(row.key);
      const there = this.base.get(row.key);
      const removed = row.removed ?? held?.removed ?? false;
      const kind = removed ? "removed" : there ? "changed" : "new";
      const { people: _now, ...known } = there ?? {};
      this.planned.set(row.key, { people: there ? null : [], ...known, ...held, ...row, removed, kind });
    }
    for (const key of drop) this.planned.delete(key);
    this.selected = new Set([...this.selected].filter((key) => this.shape(key)));
    if (remember) this.#remember(before);
    this.#emit("plan");
    this.#send("save", { grids: rows.map((row) => ({ ...row })), drop });
  }

  rename(fields) {
    Object.assign(this.plan, fields);
    this.#send("save", fields);
  }

  /** Split, merge and the like are computed by the server, on what it holds. */
  act(verb, body = {}) {
    const done = this.queue.then(() => this.#act(verb, body));
    this.queue = done.catch(() => {});
    return done;
  }

  async #act(verb, body) {
    const before = this.#snapshot();
    const versioned = verb === "reopen" || verb === "withdraw" ? body : { version: this.plan.version, ...body };
    try {
      const plan = await post(`${this.api}plans/${this.plan.id}/${verb}/`, versioned);
      this.#take(plan);
      if (verb === "schedule" || verb === "withdraw" || verb === "reopen") this.loadPlans();
      else this.#remember(before);
      this.#emit("saved", { state: "saved" });
      return plan;
    } catch (error) {
      if (!this.unsaved && (error.code === "plan_moved_on" || error.code === "plan_not_draft")) {
        await get(`${this.api}plans/${this.plan.id}/`).then((held) => this.#take(held), () => {});
      }
      this.#emit("failed", error);
      throw error;
    }
  }

  /** A plan that came by another way, such as an import; can be undone like all else. */
  adopt(plan) {
    const before = this.#snapshot();
    this.#take(plan);
    this.#remember(before);
  }

  #snapshot() {
    return new Map(this.planned);
  }

  #remember(before) {
    if (![...before].every(([key, row]) => this.planned.get(key) === row) || before.size !== this.planned.size) {
      this.past.push(before);
      this.future = [];
    }
  }

  undo = () => this.#step(this.past, this.future);
  redo = () => this.#step(this.future, this.past);

  #step(from, to) {
    if (!this.editable || !from.length) return false;
    const wanted = from.pop();
    to.push(this.#snapshot());
    const rows = [...wanted.values()].map((row) => Object.fromEntries([["key", row.key], ...FIELDS.map((field) => [field, row[field]])]));
    const changed = rows.filter((row) => !alike(row, this.planned.get(row.key)));
    const drop = [...this.planned.keys()].filter((key) => !wanted.has(key));
    this.edit(changed, { drop, remember: false });
    return true;
  }

  /** One after the other, each on the version that the last one answered; without a network it waits and goes on. */
  #send(verb, body) {
    this.unsaved += 1;
    this.#emit("saved", { state: "saving" });
    const id = this.plan.id;
    this.queue = this.queue.then(() => this.#deliver(id, verb, body));
  }

  async #deliver(id, verb, body) {
    const url = `${this.api}plans/${id}/`;
    try {
      const plan = await this.#answer(() => post(`${url}${verb}/`, { ...body, version: this.plan.version }));
      this.unsaved -= 1;
      this.plan = { ...this.plan, ...plan };
      if (this.unsaved) return;
      this.#take(plan);
      this.#emit("saved", { state: "saved" });
    } catch (error) {
      this.unsaved -= 1;
      // what the server holds counts
      if (!this.unsaved) await this.#answer(() => get(url)).then((plan) => this.#take(plan), () => {});
      this.#emit("saved", { state: "refused" });
      this.#emit("failed", error);
    }
  }

  /** Asks until there is an answer: without a network or a session it waits and goes on. Throws a refusal. */
  async #answer(ask) {
    for (;;) {
      try {
        return await ask();
      } catch (error) {
        const signedOut = error.status === 401;
        if (!signedOut && error.status !== 0 && error.status < 500) throw error;
        this.#emit("saved", { state: signedOut ? "signed_out" : "waiting" });
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async handOver(code, people) {
    const { results } = await post(`${this.api}posts/${encodeURIComponent(code)}/`, { people });
    for (const row of results) this.base.set(row.key, { ...row, kind: "kept", removed: false });
    this.#emit("territory");
  }

  #emit = (type, detail) => this.dispatchEvent(new CustomEvent(type, { detail }));
}

function alike(row, held) {
  return Boolean(held) && FIELDS.every((field) => JSON.stringify(row[field]) === JSON.stringify(held[field]));
}
