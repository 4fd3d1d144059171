/* The page of the escalation policies: draws each. */

import { $, $$, put } from "../lib/dom.js";
import { picture } from "./policy_picture.js";

export function mount(root) {
  const words = JSON.parse($("#policy-words", root).textContent);
  for (const node of $$("[data-policy]", root)) put(node, picture(JSON.parse(node.dataset.policy), words));
}
