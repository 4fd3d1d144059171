/* The administration's form of a policy: the picture above the rows follows what is typed, and the steps obey the keyboard.
 * Steps stand in order of stage and time; a row moves only after it has been left. */

import { $, $$, put } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { duration, picture } from "./policy_picture.js";

const words = JSON.parse($("#policy-words").textContent);
const box = $("[data-policy-edit]");
const body = $("#steps-group tbody");
const order = new Map(words.stages.map(([stage], index) => [stage, index]));

const rows = () => $$("#steps-group tr.form-row:not(.empty-form)");
const input = (row, name) => $(`[name$=-${name}]`, row);
const value = (row, name) => input(row, name)?.value ?? "";
const removed = (row) => Boolean(input(row, "DELETE")?.checked);
const say = (text) => ($("[data-policy-said]").textContent = text);

/** "90", "1:30", "１：３０" → seconds; what can't be read → 0. */
function seconds(text) {
  const found = text.normalize("NFKC").trim().match(/^(?:(\d{1,5}):([0-5]?\d)|(\d{1,6}))$/);
  if (!found) return 0;
  return found[3] === undefined ? Number(found[1]) * 60 + Number(found[2]) : Number(found[3]);
}

const shown = (all) => `${Math.floor(all / 60)}:${String(all % 60).padStart(2, "0")}`;

function draw() {
  const steps = rows()
    .filter((row) => !removed(row))
    .map((row) => [value(row, "stage"), seconds(value(row, "seconds")), Number(value(row, "level"))])
    .filter(([stage, time, level]) => stage && time > 0 && level);
  const of = (name) => $(`[name=${name}]`)?.value ?? "";
  put(box, picture({ steps, followUp: seconds(of("follow_up_seconds")), repeat: seconds(of("repeat_seconds")) }, words));
  for (const row of rows()) row.classList.toggle("removed", removed(row));
}

const rank = (row) => [order.get(value(row, "stage")) ?? 9, seconds(value(row, "seconds")) || Infinity];

function sort() {
  const now = rows();
  const wanted = [...now].sort((a, b) => rank(a)[0] - rank(b)[0] || (rank(a)[1] === rank(b)[1] ? 0 : rank(a)[1] - rank(b)[1]));
  if (wanted.every((row, index) => row === now[index])) return;
  const kept = document.activeElement;
  const rest = $("tr.empty-form", body);
  for (const row of wanted) body.insertBefore(row, rest);
  if (!body.contains(kept) || kept === document.activeElement) return;
  kept.focus();
  kept.select?.();
}

/** A new row after `row`: the same stage, twice the time, the next level. */
function add(row) {
  $("#steps-group .add-row a").click();
  const made = rows().find((each) => !value(each, "stage") && !value(each, "seconds"));
  if (!made) return;
  input(made, "stage").value = value(row, "stage");
  const time = seconds(value(row, "seconds"));
  input(made, "seconds").value = time ? shown(Math.min(time * 2, 14_400)) : "";
  input(made, "level").value = String(Math.min(Number(value(row, "level")) + 1, Object.keys(words.levels).length));
  row.after(made);
  input(made, "seconds").focus();
  input(made, "seconds").select();
  say(gettext("Step added"));
}

/** The row and its neighbour of the same stage change their times: who is told sooner. */
function move(row, by) {
  const lane = rows().filter((each) => value(each, "stage") === value(row, "stage") && !removed(each));
  const other = lane[lane.indexOf(row) + by];
  if (!other) return;
  const [mine, theirs] = [input(row, "seconds"), input(other, "seconds")];
  [mine.value, theirs.value] = [theirs.value, mine.value];
  sort();
  say(fill(gettext("Now after %(time)s"), { time: duration(seconds(mine.value)) }));
}

function remove(row) {
  const mark = input(row, "DELETE");
  if (mark?.type === "checkbox") {
    mark.checked = !mark.checked;
    say(mark.checked ? gettext("Step will be removed when saved") : gettext("Step stays"));
    return;
  }
  const next = row.nextElementSibling;
  $(".inline-deletelink", row)?.click();
  (input(next, "seconds") ?? $("#steps-group .add-row a"))?.focus();
  say(gettext("Step removed"));
}

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("#steps-group tr.form-row:not(.empty-form)");
  if (!row || event.isComposing) return;
  if (event.key === "Enter" && !event.target.matches("a, button")) add(row);
  else if (event.altKey && event.key === "ArrowUp") move(row, -1);
  else if (event.altKey && event.key === "ArrowDown") move(row, 1);
  else if (event.altKey && event.key === "Delete") remove(row);
  else return;
  event.preventDefault();
  draw();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-seconds]") && seconds(event.target.value)) event.target.value = shown(seconds(event.target.value));
});
document.addEventListener("focusout", (event) => {
  const row = event.target.closest?.("#steps-group tr.form-row");
  if (row && !row.contains(event.relatedTarget)) setTimeout(sort, 0);
});
for (const event of ["input", "change", "click"]) document.addEventListener(event, () => setTimeout(draw, 0));

if (!$("#steps-group .row-form-errors")) sort(); // such an error stands in a row of its own
draw();
