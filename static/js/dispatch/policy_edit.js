/* The administration's form of a policy: the picture above the rows follows what is typed, before it is saved. */

import { $, $$, put } from "../lib/dom.js";
import { picture } from "./policy_picture.js";

const words = JSON.parse($("#policy-words").textContent);
const box = $("[data-policy-edit]");

function typed() {
  const rows = $$("#steps-group tr.form-row:not(.empty-form)").filter((row) => !$("[name$=-DELETE]", row)?.checked);
  const value = (row, name) => $(`[name$=-${name}]`, row)?.value ?? "";
  const steps = rows
    .map((row) => [value(row, "stage"), Number(value(row, "seconds")), Number(value(row, "level"))])
    .filter(([stage, seconds, level]) => stage && seconds > 0 && level);
  const number = (name) => Number($(`[name=${name}]`)?.value) || 0;
  return { steps, followUp: number("follow_up_seconds"), repeat: number("repeat_seconds") };
}

const draw = () => put(box, picture(typed(), words));
for (const event of ["input", "change", "click"]) document.addEventListener(event, () => setTimeout(draw, 0));
draw();
