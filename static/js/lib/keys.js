/* Keys by physical place (event.code), so that they work under every layout and input method.
 * bind([{id, code, text, run(event), ctrl, group, always, …}])
 *   `id` is the act's, the same on every page that has it: a key that was changed is changed on all of them
 *   `always` runs inside fields too (F2, Ctrl+Enter, Escape, and F1 of the help); others are ignored in a field, all while
 *   composing and behind a modal dialog
 *   `codes` more keys that do the same; `shown` what the help shows; `repeats` while held down; `shift` allows Shift;
 *   `over` selector of buttons on which Enter means this act and not the button
 *   `run` returning false lets the browser have the key
 * allKeys() → [{id, code, text, label, group}] of what is bound now
 * rebind(id, code | null) → "" | the text of the act that has this key already, and then nothing is changed
 *   changes or switches off one key, remembered; single keys can thus be turned off (WCAG 2.1.4)
 * hint(id) → <kbd data-key="id"> that names the act's key of now, and hides where there is none
 * showHints(root) — writes those that stand in `root`, for what comes ready drawn from the server
 * Who switched off keys of one letter, digit or sign (lib/preference.js) keeps the others; their hints disappear.
 * composing(event) → true while an input method has the keys */

import { el, setText } from "./dom.js";
import { gettext } from "./i18n.js";
import { preference } from "./preference.js";

const STORE = "keys";
const LABELS = {
  Slash: "/", Escape: "Esc", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Enter: "Enter", Space: gettext("Space"),
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
const chosen = (key) => (key.id in own ? own[key.id] : key.code);
const codeOf = (key) => {
  const code = chosen(key);
  return code !== null && switchedOff(key, code) && key.id !== "help" ? null : code;
};
/** Every key that means `key`, also while keys of one sign are switched off. */
const codesOf = (key) => (key.id === "help" ? ["F1"] : key.codes && !(key.id in own) ? key.codes : [chosen(key)]);

export function rebind(id, code) {
  const mine = bound.find((key) => key.id === id);
  const taken = bound.find((key) => key.id !== id && Boolean(key.ctrl) === Boolean(mine.ctrl) && code !== null && codesOf(key).includes(code));
  if (taken) return taken.text;
  own = { ...own, [id]: code };
  if (code === mine.code) delete own[id];
  try {
    localStorage.setItem(STORE, JSON.stringify(own));
  } catch {
    /* storage refused: the change lasts as long as the page */
  }
  showHints();
  return "";
}

function labelOf(key) {
  const code = codeOf(key);
  const shown = key.id === "help" && !preference.single_keys ? "F1" : key.id in own ? undefined : key.shown;
  const name = code === null ? "" : shown ?? keyLabel(code);
  return key.ctrl && name ? `Ctrl+${name}` : name;
}

export const allKeys = () => bound.map((key) => ({ id: key.id, code: codeOf(key), text: key.text, group: key.group, label: labelOf(key) }));

export const composing = (event) => event.isComposing || event.keyCode === 229; // some input methods report only this

/** Whether the person writes. */
function typing(event) {
  const field = event.target;
  return (
    composing(event) ||
    field.isContentEditable ||
    field.matches?.("input:not([type=checkbox], [type=radio], [type=button]), textarea, select")
  );
}

export function bind(keys) {
  bound.push(...keys);
  showHints();
}

const matches = (key, event) => {
  const code = codeOf(key);
  if (code === null || Boolean(key.ctrl) !== (event.ctrlKey || event.metaKey) || event.altKey) return false;
  if (key.id === "help") return (event.key === "?" && preference.single_keys) || event.code === "F1";
  if ((event.shiftKey && !key.shift) || event.key === "?") return false; // ? is the help's, on whatever key a layout has it
  return codesOf(key).includes(event.code);
};

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]:modal")) return; // what lies behind it is out of reach
  const inField = typing(event);
  for (const key of [...bound].reverse()) {
    const always = key.always || (key.id === "help" && event.code === "F1"); // in a field ? is a sign, F1 is not
    if (!matches(key, event) || composing(event) || (inField && !always)) continue;
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
const SIGN = /^[\p{L}\p{N}/?]$/u; // of a key that nobody changes, such as the digit before a unit
function write(hint) {
  const key = bound.find(({ id }) => id === hint.dataset.key);
  if (key) setText(hint, labelOf(key));
  hint.hidden = !hint.textContent || (!key && !preference.single_keys && SIGN.test(hint.textContent));
  return hint;
}
export const hint = (id) => write(el("kbd", { "data-key": id }));
export function showHints(root = document) {
  for (const node of root.querySelectorAll?.("kbd:not(.keys-list kbd)") ?? []) write(node);
}
let watching = null;
function followPreference() {
  showHints();
  if (!preference.single_keys && !watching) {
    watching = new MutationObserver((changes) => changes.forEach(({ target }) => showHints(target)));
    watching.observe(document.body, { childList: true, subtree: true });
  } else if (preference.single_keys) {
    watching?.disconnect();
    watching = null;
  }
}
document.addEventListener("preferencechange", followPreference);
if (!preference.single_keys) followPreference();
