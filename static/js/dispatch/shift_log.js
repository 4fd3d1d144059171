/* The page of the change of watch: shows what colleagues write and sign at once, and asks only for what a kind needs.
 * mount(root): data-organisation; [data-part] is fetched anew when the log has moved on, and each minute for the figures. */

import { $, $$ } from "../lib/dom.js";
import { followPart } from "../lib/part.js";

const EACH_MS = 60_000;

export function mount(root) {
  const part = $("[data-part]", root);
  const write = $("[data-write]", root);

  /** Nothing is taken away from under a hand: while something is open or typed in, the change waits. */
  const inUse = () => part.contains(document.activeElement) || $("details[open]", part) !== null;
  let waits = false;

  const refresh = followPart(root, {
    frame(message) {
      if (message.type === "watch" && message.organisation === root.dataset.organisation) refresh();
    },
    waits: () => (waits = inUse()) || document.hidden,
    drawn() {
      const token = $("[name=csrfmiddlewaretoken]", part); // another one after signing in again
      if (write && token) write.elements.csrfmiddlewaretoken.value = token.value;
    },
  });
  part.addEventListener("focusout", () => setTimeout(() => waits && refresh()));
  part.addEventListener("toggle", () => waits && refresh(), true);
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, EACH_MS);

  if (!write) return;
  function showFields() {
    const kind = new FormData(write).get("kind");
    for (const field of $$("[data-of]", write)) field.hidden = !field.dataset.of.split(" ").includes(kind);
  }
  write.addEventListener("change", showFields);
  showFields();
}
