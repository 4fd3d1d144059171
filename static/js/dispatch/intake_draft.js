/* What has been typed is never lost: it is kept in this browser until it is saved or thrown away.
 * Each tab has its own draft; one whose tab is gone (a crash, a closed window) is taken up by the next tab.
 * Draft.open(person) → Promise<Draft>; .fields, .key (Idempotency-Key), .at (ms, 0 = nothing restored)
 * draft.keep(fields); draft.renew() — a new form with a new key; draft.newKey() — same content as another submission */

import { newKey } from "../lib/http.js";

const PREFIX = "intake.draft.";
const WATCH_MS = 13 * 3600_000; // a draft holds a caller's number: it does not outlive the watch

const read = (name) => {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
};

/** The drafts whose tab still lives hold a lock of their name. Without a secure origin there are no locks: then none does. */
async function heldNames() {
  if (!navigator.locks) return new Set();
  const { held } = await navigator.locks.query();
  return new Set(held.map((lock) => lock.name));
}

export class Draft {
  static async open(person) {
    const prefix = `${PREFIX}${person}.`;
    try {
      return new Draft(Draft.#left(prefix, await heldNames()) ?? `${prefix}${newKey()}`);
    } catch {
      return new Draft(`${prefix}${newKey()}`); // storage refused
    }
  }

  /** The name of this tab's own draft, else of the youngest that no tab holds any more. */
  static #left(prefix, held) {
    let own = sessionStorage.getItem(PREFIX);
    if (own && (held.has(own) || !own.startsWith(prefix))) own = null; // a duplicated tab copies the session
    const left = [];
    for (const name of Object.keys(localStorage).filter((key) => key.startsWith(PREFIX))) {
      const draft = read(name);
      if (!draft || Date.now() - draft.at > WATCH_MS) localStorage.removeItem(name);
      else if (name.startsWith(prefix) && !held.has(name)) left.push([draft.at, name]);
    }
    return own && read(own) ? own : left.sort().pop()?.[1];
  }

  constructor(name) {
    this.name = name;
    try {
      sessionStorage.setItem(PREFIX, name);
    } catch {
      /* storage refused: the draft lasts as long as the page */
    }
    navigator.locks?.request(name, { ifAvailable: true }, (lock) => lock && new Promise(() => {}));
    const found = read(name);
    this.fields = found?.fields ?? {};
    this.key = found?.key ?? newKey();
    this.at = found?.at ?? 0;
  }

  keep(fields) {
    this.fields = fields;
    const empty = !Object.values(fields).some((value) => value);
    try {
      if (empty) localStorage.removeItem(this.name);
      else localStorage.setItem(this.name, JSON.stringify({ key: this.key, fields, at: Date.now() }));
    } catch {
      /* storage full or refused: the form itself still holds it */
    }
  }

  newKey() {
    this.key = newKey();
    this.keep(this.fields);
  }

  renew() {
    this.at = 0;
    this.key = newKey();
    this.keep({});
  }
}
