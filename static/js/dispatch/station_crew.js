/* The phone of somebody working a unit: one card, one next step in thumb reach, nothing to type before the report.
 * Steps are noted with their time at once and sent after the 5 s of undo; without a network they are kept and sent later.
 * mountCrew(root, state, dialog) */

import { $, el, put, setText } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { audible } from "../lib/preference.js";
import { play } from "../lib/sound.js";
import { ago, ms, stamp } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { ask as askIn, askAndAct as askAndActIn } from "./board_ask.js";
import { title } from "./board_row.js";
import { prioritySymbol } from "../lib/symbols.js";
import { mountCard } from "./station_card.js";
import { accept } from "./station_claim.js";
import { Mentions } from "./mention_list.js";
import { mountDock } from "./station_dock.js";
import { Job } from "./station_job.js";
import { Outbox } from "./station_outbox.js";
import { DONE_TEXT } from "./crew_step.js";
import { refusal } from "./station_refusal.js";

const UNDO_MS = 5_000;
const SAID_MS = 10_000;

export function mountCrew(root, state, dialog) {
  const { live, config } = state;
  const outbox = new Outbox(config.user.username);
  const job = new Job(state, outbox);
  const mentions = new Mentions(live);
  const ask = (question) => askIn(dialog, question);
  const askAndAct = (question, act) => askAndActIn(dialog, question, act);
  const box = Object.fromEntries(["told", "kept", "ended", "waiting", "empty", "pick", "said"].map((name) => [name, $(`[data-${name}]`, root)]));
  const again = `${config.urls.login}?next=${encodeURIComponent(location.pathname)}`;
  put(box.ended, gettext("Your session has ended. What you press is kept and goes up when you have signed in again."), " ", el("a", { href: again }, gettext("Sign in again")));
  const card = mountCard($("[data-card]", root), state, job, askAndAct);
  let looked = null; // an incident of the station opened with "look", while another may be in hand
  let clearing = 0;
  let marks = {};

  const say = (text, tone = "") => {
    box.said.className = `crew-said-line ${tone}`;
    setText(box.said, text);
    clearTimeout(clearing);
    clearing = setTimeout(() => setText(box.said, ""), SAID_MS);
  };

  // --- steps ------------------------------------------------------------------------------------------------
  /** Five seconds to take it back, unless the limit would pass meanwhile: then the step goes at once. */
  function holdFor({ urgency }) {
    return urgency.left !== null && urgency.left > 0 && urgency.left < UNDO_MS + 1000 ? 0 : UNDO_MS;
  }

  function press(current, verb, outcome = "") {
    const { row, order } = current;
    const hold = verb === "accept" ? 0 : holdFor(current);
    outbox.press({ number: row.number, assignment: order.id, verb, outcome, at: live.now(), hold, label: order.label });
    navigator.vibrate?.(30);
  }

  async function claim(current) {
    const answer = await accept(current.row, state, job.unit ?? null);
    if (answer.won) looked = null;
    say(answer.text, answer.tone);
    draw();
  }

  const dock = mountDock($("[data-dock]", root), state, { press, claim, ask, askAndAct, say, draw, outbox, job });

  outbox.addEventListener("sent", ({ detail: { entry, answer } }) => {
    const text = answer?.changed === false ? gettext("%(step)s had been recorded before") : gettext("%(step)s %(time)s recorded");
    say(fill(text, { step: DONE_TEXT[entry.verb], time: stamp(ms(entry.at)) }), "ok");
  });
  outbox.addEventListener("refused", async ({ detail }) => outbox.tell(await refusal(detail)));

  // --- what came from outside -----------------------------------------------------------------------------
  const rung = new Set();
  function ring() {
    const news = job.claimable().map(({ row }) => [row.number, row.priority]);
    const current = job.now();
    if (current?.step === "dispatched") news.push([`order:${current.order.id}`, current.row.priority]);
    const fresh = news.filter(([cause]) => !rung.has(cause));
    news.forEach(([cause]) => rung.add(cause));
    if (!fresh.length || !ring.ready) return void (ring.ready = true);
    if (fresh.some(([, priority]) => audible("order", priority))) play("order");
    navigator.vibrate?.([200, 100, 200]);
  }

  // --- drawing ----------------------------------------------------------------------------------------------
  function once(name, key, draw) {
    if (marks[name] === key) return;
    marks[name] = key;
    draw();
  }

  function draw() {
    if (!live.loaded) return;
    head();
    told();
    const ready = job.known;
    box.pick.hidden = ready;
    once("pick", `${ready}:${job.choices().map(({ id, version }) => `${id}.${version}`)}`, () => !ready && pick());
    if (!ready) {
      card.show(null);
      dock.show(null);
      return;
    }
    const current = job.now();
    const open = job.claimable();
    const look = open.find(({ row }) => row.number === looked) ?? (current ? null : open[0]) ?? null;
    if (!look) looked = null;
    const shown = look ? { ...look, order: null, step: null } : current;
    waiting(open.filter((entry) => entry !== look), look && current, shown ? 1 : 3);
    box.empty.hidden = Boolean(shown);
    setText(box.empty, fill(gettext("No order for %(label)s."), { label: job.label }));
    card.show(shown);
    dock.show(shown, card.story());
    ring();
  }

  const toldLine = (kind, text, read) => el("li", { class: kind }, el("p", {}, text), el("button.button", { type: "button", onclick: read }, gettext("Read")));
  mentions.addEventListener("changed", () => live.loaded && told());

  function head() {
    setText($("[data-crew-label]", root), job.known ? job.label : config.organisations[config.organisation] ?? "");
    setText($("[data-crew-name]", root), job.mine ? config.user.name : "");
    const quiet = live.mode === "live" || live.mode === "recovered";
    const line = $("[data-crew-line]", root);
    line.className = `crew-line ${live.mode}`;
    const broken = live.mode === "ended" ? gettext("Signed out") : gettext("No connection");
    setText($("[data-crew-age]", root), quiet ? fill(gettext("Live · %(time)s"), { time: ago(live.age()) }) : broken);
    const age = live.now() - ms(job.mine?.position_at);
    setText($("[data-crew-position]", root), Number.isNaN(age) ? "" : fill(gettext("Position %(time)s"), { time: ago(age) }));
  }

  function told() {
    box.ended.hidden = live.mode !== "ended";
    const kept = outbox.offline && box.ended.hidden ? outbox.entries.filter((entry) => entry !== outbox.held) : [];
    const last = kept.at(-1);
    box.kept.hidden = !last;
    if (last) {
      const text = fill(gettext("Offline. %(step)s %(time)s kept, will be sent"), { step: DONE_TEXT[last.verb], time: stamp(ms(last.at)) });
      const more = kept.length - 1;
      setText(box.kept, more ? `${text} ${fill(ngettext("and %(n)s more", "and %(n)s more", more), { n: more })}` : text);
    }
    const named = mentions.unseen.slice(0, 3);
    once("told", [...outbox.told, ...named].map(({ id }) => id).join(), () =>
      put(
        box.told,
        outbox.told.map(({ id, text }) => toldLine("", text, () => outbox.forget(id))),
        named.map((row) => toldLine("named", `${serial(row.number)} ${row.by}: ${row.text}`, () => mentions.see([row]))),
      ),
    );
  }

  function waiting(entries, back, most) {
    const key = [most, back && "back", ...entries.map(({ row, urgency }) => `${row.number}.${row.version}.${urgency.state}`)].join();
    once("waiting", key, () =>
      put(
        box.waiting,
        back && el("li", {}, el("button.crew-look", { type: "button", onclick: () => { looked = null; draw(); } }, el("span.crew-look-text", {}, fill(gettext("Back to %(number)s"), { number: serial(job.now()?.row.number ?? "") })))),
        entries.slice(0, most).map(({ row, urgency }) =>
          el("li", {},
            el("button.crew-look", { type: "button", onclick: () => { looked = row.number; draw(); } },
              prioritySymbol(row.priority, urgency.state, 22),
              el("span.crew-look-text", {}, `${serial(row.number)} ${title(row, state)}, ${gettext("to accept")}`),
              el("b", { dataset: { timer: row.number } }), el("span.crew-look-go", {}, gettext("Look")),
            )),
        ),
        entries.length > most && el("li.second", {}, fill(ngettext("%(n)s more waits", "%(n)s more wait", entries.length - most), { n: entries.length - most })),
      ),
    ); // prettier-ignore
    for (const { row, urgency } of entries) {
      const node = $(`[data-timer="${row.number}"]`, box.waiting);
      if (node) setText(node, urgency.left > 0 ? fill(gettext("%(time)s left"), { time: urgency.text }) : urgency.text);
    }
  }

  function pick() {
    const choose = (unit) => () => {
      job.choose(unit);
      draw();
    };
    const units = job.choices();
    if (units.length === 1 && !config.may.claim) return choose(units[0].id)(); // a squadron has one unit to be with
    return put(
      box.pick,
      el("h2", {}, gettext("Which unit are you with?")),
      el("ul", {}, units.map((unit) => el("li", {}, el("button.button", { type: "button", onclick: choose(unit.id) }, unit.call_sign)))),
      config.may.claim && el("button.button", { type: "button", onclick: choose(null) }, gettext("On my own")),
    );
  }

  $("[data-crew-change]", root).addEventListener("click", () => {
    job.unit = undefined;
    marks = {};
    $("details.menu", root).open = false;
    draw();
  });
  // The crew's own steps show and count on without a line or a session: what is held of the incidents stands still then,
  // and no `entries` come.
  state.addEventListener("entries", draw);
  live.addEventListener("state", draw);
  outbox.addEventListener("changed", draw);
  setInterval(draw, 1000);
  document.addEventListener("intake:filed", ({ detail: { row } }) => row && live.act(row));
  outbox.start();
}
