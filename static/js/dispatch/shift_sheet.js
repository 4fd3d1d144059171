/* The hand-over sheet: prints itself. */

import { $ } from "../lib/dom.js";

export function mount(root) {
  $("[data-print]", root)?.addEventListener("click", () => print());
}
