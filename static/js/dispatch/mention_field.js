/* Naming somebody in a note: a list under the field after `@`, narrowed by name or by the letters of its pinyin.
 * mentionField(field, address) — address: the API's names of the incident; fetched at the first `@`
 * ↑ ↓ choose, Enter or Tab takes, Esc closes the list and nothing else; a click or touch takes too. */

import { el, put } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { gettext } from "../lib/i18n.js";
import { composing } from "../lib/keys.js";

const MOST = 8;
const KIND = { person: "", unit: gettext("Unit"), organisation: gettext("Organisation") };
let serials = 0;

export function mentionField(field, address) {
  const id = `names-${(serials += 1)}`;
  const list = el("ul.mention-list", { id, role: "listbox", "aria-label": gettext("Who is named"), hidden: true });
  field.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id })) field.setAttribute(name, value);
  let names = null;
  let offered = [];
  let at = 0;

  /** The letters between the last `@` and the caret; null where the caret is not behind one. */
  function typed() {
    const before = field.value.slice(0, field.selectionStart);
    return /(?:^|[^0-9A-Za-z._%+-])[@＠]([^\s@＠，。；：！？]{0,20})$/.exec(before)?.[1] ?? null;
  }

  async function offer() {
    const letters = typed();
    if (letters === null) return close();
    names ??= get(address).then(
      ({ results }) => results,
      () => ((names = null), []), // without the list a name is still read by the server
    );
    const all = await names;
    if (typed() !== letters) return undefined;
    const wanted = letters.toLowerCase();
    const rank = ({ label, initials }) => (label.toLowerCase().startsWith(wanted) ? 0 : initials.startsWith(wanted) ? 1 : label.toLowerCase().includes(wanted) ? 2 : 3);
    offered = all
      .map((name) => ({ name, rank: rank(name) }))
      .filter((one) => one.rank < 3)
      .sort((a, b) => a.rank - b.rank)
      .slice(0, MOST)
      .map(({ name }) => name);
    if (!offered.length || offered.some(({ label }) => label.toLowerCase() === wanted)) return close();
    at = 0;
    return draw();
  }

  function draw() {
    put(
      list,
      offered.map((name, index) =>
        el(
          "li",
          { id: `${id}-${index}`, role: "option", "aria-selected": String(index === at), onpointerdown: (event) => (event.preventDefault(), take(name)) },
          el("b", {}, `@${name.label}`),
          el("span.note", {}, [KIND[name.kind], name.detail].filter(Boolean).join(" · ")),
        ),
      ),
    );
    list.hidden = false;
    field.setAttribute("aria-expanded", "true");
    field.setAttribute("aria-activedescendant", `${id}-${at}`);
    list.children[at].scrollIntoView({ block: "nearest" });
  }

  function close() {
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function take({ label }) {
    const caret = field.selectionStart;
    const letters = typed(); // none once the caret has left them
    if (letters !== null) field.setRangeText(`${label} `, caret - letters.length, caret, "end");
    close();
    field.focus();
  }

  field.addEventListener("input", (event) => event.isComposing || offer());
  field.addEventListener("compositionend", offer);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || composing(event)) return;
    if (typed() === null) return close();
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.code];
    if (by) {
      at = (at + by + offered.length) % offered.length;
      draw();
    } else if (["Enter", "NumpadEnter", "Tab"].includes(event.code)) take(offered[at]);
    else if (event.code === "Escape") close();
    else return;
    event.preventDefault(); // for Esc: the dialog around stays
    event.stopImmediatePropagation();
  });
}
