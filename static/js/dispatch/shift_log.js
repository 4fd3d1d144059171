/* The page of the change of watch: shows what colleagues write and sign at once, and asks only for what a kind needs.
 * mount(root): data-organisation; [data-part] is fetched anew when the log has moved on, and each minute for the figures. */

import { $, $$, put } from "../lib/dom.js";
import { openSocket } from "../lib/live_socket.js";

const EACH_MS = 60_000;

export function mount(root) {
  const part = $("[data-part]", root);
  const write = $("[data-write]", root);

  /** Nothing is taken away from under a hand: while something is open or typed in, the change waits. */
  const inUse = () => part.contains(document.activeElement) || $("details[open]", part) !== null;
  let waits = false;

  async function refresh() {
    waits = inUse();
    if (waits || document.hidden) return;
    const address = new URL(location.href);
    address.searchParams.set("part", "");
    const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok || answer.redirected) return; // the next hint or minute tries again
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!inUse()) put(part, ...fresh.body.childNodes);
  }
  part.addEventListener("focusout", () => setTimeout(() => waits && refresh()));
  part.addEventListener("toggle", () => waits && refresh(), true);
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, EACH_MS);
  openSocket("/ws/board/", {
    frame(message) {
      if (message.type === "watch" && message.organisation === root.dataset.organisation) refresh();
    },
    opened() {},
    closed() {},
  });

  if (!write) return;
  function showFields() {
    const kind = new FormData(write).get("kind");
    for (const field of $$("[data-of]", write)) field.hidden = !field.dataset.of.split(" ").includes(kind);
  }
  write.addEventListener("change", showFields);
  showFields();
}
