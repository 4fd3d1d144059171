/* The foot of the review: the span with a picture of what happened in it, the moment under the hand, play, speed, span.
 * mountDeck(root, player, {span(kind), shift(by), day(text)}) → {moments(list, selected), speed(times), limits(begins, now),
 *   show({kind, incident, earlier, later}), problem(text | null)} */

import { $, $$, put, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { palette } from "../lib/symbols.js";
import { date, hourMinute, ms, stamp } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { dayText } from "./review_span.js";
import { sized } from "./map_view.js";

const LATE_MS = 1000; // a frame that takes longer says so
const BAR_PX = 3;
const RAISED = new Set(["escalation.raised", "escalation.repeated"]);

export function mountDeck(root, player, choose) {
  const slider = $("[data-slider]", root);
  const canvas = $("[data-marks]", root);
  const tip = $("[data-tip]", root);
  const play = $("[data-play]", root);
  const problem = $("[data-problem]", root);
  let list = [];
  let selected = null;
  let late = 0;

  const share = (at) => (at - player.start) / Math.max(1, player.end - player.start);

  function showTime() {
    slider.value = String((player.at - player.start) / 1000);
    slider.setAttribute("aria-valuetext", `${date(player.at)} ${stamp(player.at)}`);
  }

  function showState() {
    slider.max = String((player.end - player.start) / 1000);
    slider.disabled = player.end <= player.start;
    const far = player.end - player.start > 20 * 3_600_000;
    for (const edge of ["start", "end"]) setText($(`[data-${edge}]`, root), far ? `${date(player[edge])} ${hourMinute(player[edge])}` : hourMinute(player[edge]));
    setText($("span", play), player.playing ? gettext("Pause") : gettext("Play"));
    play.setAttribute("aria-pressed", String(player.playing));
    for (const button of $$("[data-speed]", root)) button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === player.speed));
    clearTimeout(late);
    if (player.waiting) late = setTimeout(() => ($("[data-loading]", root).hidden = false), LATE_MS);
    else $("[data-loading]", root).hidden = true;
    if (player.start) $("[data-day]", root).value = dayText(player.at);
  }

  /** Bars: how much happened. Diamonds: escalations. Long strokes: the selected incident. */
  function paint() {
    const { clientWidth: width, clientHeight: height } = canvas.parentElement;
    if (!width) return;
    const colours = palette();
    const context = sized(canvas, width, height);
    context.clearRect(0, 0, width, height);
    const counts = new Array(Math.ceil(width / BAR_PX)).fill(0);
    const column = (at) => Math.min(counts.length - 1, Math.floor((share(at) * width) / BAR_PX));
    for (const { ms: at } of list) counts[column(at)] += 1;
    const most = Math.max(...counts, 4);
    context.fillStyle = colours.edge;
    counts.forEach((count, index) => {
      const tall = count && Math.max(2, Math.round((count / most) * (height - 12)));
      context.fillRect(index * BAR_PX, height - tall, BAR_PX - 1, tall);
    });
    context.fillStyle = colours.focus;
    for (const { ms: at, number } of list) if (number === selected) context.fillRect(share(at) * width - 0.75, 10, 1.5, height - 10);
    context.fillStyle = colours.esc;
    for (const { ms: at, code } of list) {
      if (!RAISED.has(code)) continue;
      const x = share(at) * width;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x + 4, 4);
      context.lineTo(x, 8);
      context.lineTo(x - 4, 4);
      context.fill();
    }
  }

  function hover(event) {
    const box = canvas.getBoundingClientRect();
    const x = Math.min(box.width, Math.max(0, event.clientX - box.left));
    const at = player.start + (x / box.width) * (player.end - player.start);
    const reach = ((player.end - player.start) / box.width) * 5;
    const near = list.filter((moment) => Math.abs(moment.ms - at) <= reach);
    const first = near.find(({ code }) => RAISED.has(code)) ?? near[0];
    const words = [stamp(at), first && `${serial(first.number)} ${first.text}`, near.length > 1 && fill(ngettext("%(n)s more", "%(n)s more", near.length - 1), { n: near.length - 1 })];
    tip.hidden = false;
    put(tip, words.filter(Boolean).join(" · "));
    tip.style.left = `${Math.min(x, box.width - tip.offsetWidth)}px`;
  }

  slider.addEventListener("input", () => player.seek(player.start + Number(slider.value) * 1000));
  slider.addEventListener("pointermove", hover);
  slider.addEventListener("pointerleave", () => (tip.hidden = true));
  play.addEventListener("click", () => player.play());
  $("[data-speeds]", root).addEventListener("click", ({ target }) => target.dataset.speed && speed(Number(target.dataset.speed)));
  $("[data-spans]", root).addEventListener("click", ({ target }) => target.dataset.span && choose.span(target.dataset.span));
  for (const button of $$("[data-shift]", root)) button.addEventListener("click", () => choose.shift(Number(button.dataset.shift)));
  $("[data-day]", root).addEventListener("change", ({ target }) => target.value && choose.day(target.value));
  player.addEventListener("time", showTime);
  player.addEventListener("state", showState);
  document.addEventListener("modechange", paint);
  new ResizeObserver(paint).observe(canvas.parentElement);

  function speed(times) {
    player.speed = times;
    showState();
  }

  return {
    speed,
    moments(found, number) {
      list = found;
      selected = number;
      paint();
    },
    show({ kind, incident, earlier, later }) {
      for (const button of $$("[data-span]", root)) button.setAttribute("aria-pressed", String(button.dataset.span === kind));
      $("[data-span=incident]", root).disabled = !incident;
      $("[data-shift='-1']", root).disabled = !earlier;
      $("[data-shift='1']", root).disabled = !later;
    },
    limits(begins, now) {
      const field = $("[data-day]", root);
      field.min = dayText(ms(begins));
      field.max = dayText(now);
    },
    problem(text) {
      problem.hidden = !text;
      setText(problem, text ?? "");
    },
  };
}
