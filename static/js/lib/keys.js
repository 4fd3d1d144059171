/* Keys by physical place (event.code), so that they work under every layout and input method.
 * bind([{id, code, text, run(event), ctrl, group, always, …}]) → unbind()
 *   `always` runs inside fields too (F2, Ctrl+Enter, Escape); others are ignored in a field, all while composing and
 *   behind a modal dialog
 *   `codes` more keys that do the same; `shown` what the help shows; `repeats` while held down; `shift` allows Shift;
 *   `over` selector of buttons on which Enter means this act and not the button
 *   `run` returning false lets the browser have the key
 * allKeys() → [{id, code, text, label, group}] of what is bound now
 * rebind(id, code | null) — changes or switches off one key, remembered; single keys can thus be turned off (WCAG 2.1.4)
 * Who switched off keys of one letter, digit or sign (lib/preference.js) keeps the others; their hints disappear.
 * typing(event) → true while the person writes; composing(event) → true while an input method has the keys */

import { preference } from "./preference.js";

const STORE = "keys";
const LABELS = {
  Slash: "/", Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Enter: "Enter", Space: "Space",
};
const bound = [];

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}
let own = stored();

const keyLabel = (code) => LABELS[code] ?? code.replace(/^(Key|Digit|Numpad)/, "");
const SINGLE = /^(Key|Digit|Numpad\d|Numpad(Add|Subtract|Multiply|Divide|Decimal)|Slash|Backslash|Comma|Period|Semicolon|Quote|Bracket|Minus|Equal|Backquote|Intl)/;
const switchedOff = (key, code) => !preference.single_keys && !key.ctrl && SINGLE.test(code);
const codeOf = (key) => {
  const code = key.id in own ? own[key.id] : key.code;
  return code !== null && switchedOff(key, code) && key.id !== "help" ? null : code;
};

export function rebind(id, code) {
  own = { ...own, [id]: code };
  const original = bound.find((key) => key.id === id)?.code;
  if (code === original) delete own[id];
  try {
    localStorage.setItem(STORE, JSON.stringify(own));
  } catch {
    /* storage refused: the change lasts as long as the page */
  }
}

export const allKeys = () =>
  bound.map((key) => {
    const code = codeOf(key);
    const shown = key.id === "help" && !preference.single_keys ? "F1" : key.shown;
    const name = code === null ? "" : shown ?? keyLabel(code);
    return { id: key.id, code, text: key.text, group: key.group, label: key.ctrl && name ? `Ctrl+${name}` : name };
  });

export const composing = (event) => event.isComposing || event.keyCode === 229; // some input methods report only this

export function typing(event) {
  const field = event.target;
  return (
    composing(event) ||
    field.isContentEditable ||
    field.matches?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select")
  );
}

export function bind(keys) {
  bound.push(...keys);
  return () => keys.forEach((key) => bound.splice(bound.indexOf(key), 1));
}

const matches = (key, event) => {
  const code = codeOf(key);
  if (code === null || Boolean(key.ctrl) !== (event.ctrlKey || event.metaKey) || event.altKey) return false;
  if (key.id === "help") return (event.key === "?" && preference.single_keys) || event.code === "F1";
  if ((event.shiftKey && !key.shift) || event.key === "?") return false; // ? is the help's, on whatever key a layout has it
  return key.codes && !(key.id in own) ? key.codes.includes(event.code) : code === event.code;
};

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]:modal")) return; // what lies behind it is out of reach
  const inField = typing(event);
  for (const key of [...bound].reverse()) {
    if (!matches(key, event) || composing(event) || (inField && !key.always)) continue;
    if (event.repeat && !key.repeats) return event.preventDefault();
    // Enter and Space on a focused button press that button
    const pressed = event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Space";
    if (pressed && !key.ctrl && event.target.matches?.("button, a[href], summary") && !event.target.matches(key.over ?? ":not(*)")) return;
    if (key.run(event) === false) continue;
    event.preventDefault();
    return;
  }
});

/* A hint that names a key which does nothing would be a lie. */
const HINT = /^[\p{L}\p{N}/?]$|^1–9$/u;
let watching = null;
function hideHints(root = document) {
  for (const hint of root.querySelectorAll?.("kbd:not(.keys-list kbd)") ?? []) hint.hidden = !preference.single_keys && HINT.test(hint.textContent);
}
function followPreference() {
  hideHints();
  if (!preference.single_keys && !watching) {
    watching = new MutationObserver((changes) => changes.forEach(({ target }) => hideHints(target)));
    watching.observe(document.body, { childList: true, subtree: true });
  } else if (preference.single_keys) {
    watching?.disconnect();
    watching = null;
  }
}
document.addEventListener("preferencechange", followPreference);
if (!preference.single_keys) followPreference();
