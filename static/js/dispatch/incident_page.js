/* The page of one incident: follows what happens to it, and does what its reader may do.
 * mount(root): data-number, data-now (the server's clock); [data-part] is fetched anew when the incident has moved on. */

import { $, el, setText } from "../lib/dom.js";
import { post, upload } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { bind } from "../lib/keys.js";
import { followPart } from "../lib/part.js";
import { ms, span } from "../lib/time.js";
import { LEVEL_TEXT, STAGE_TEXT, urgency } from "../lib/urgency.js";
import { urls } from "./board_api.js";
import { REVEAL, askAndAct } from "./board_ask.js";
import { OUTCOMES } from "./crew_step.js";
import { PlacePanel } from "./place_history.js";

// `field` of what is sent; `once`: the API takes the question's key
const ASKS = {
  close: () => ({ title: gettext("Close"), label: gettext("Outcome"), verb: gettext("Close"), field: "outcome", required: false }),
  reopen: () => ({ title: gettext("Reopen"), label: gettext("Reason"), verb: gettext("Reopen"), field: "reason" }),
  cancel: () => ({ title: gettext("Cancel the incident"), label: gettext("Reason"), verb: gettext("Cancel the incident"), field: "reason", harm: true }),
  invalidate: () => ({ title: gettext("Mark invalid"), label: gettext("Reason"), verb: gettext("Mark invalid"), field: "reason", harm: true }),
  reinforce: () => ({ title: gettext("Reinforcements"), label: gettext("What is needed"), verb: gettext("Ask for it"), field: "wanted" }),
  decline_reinforcement: () => ({ title: gettext("No reinforcement"), label: gettext("Reason, the crew will read it"), verb: gettext("Decline"), field: "reason", harm: true }),
  note: (number) => ({ title: gettext("Note"), label: gettext("Note; @ names somebody"), verb: gettext("Add the note"), field: "text", once: true, most: 2000, names: urls.names(number) }),
  reveal: () => ({ ...REVEAL, field: "reason" }),
};
const PATHS = { take_over: "take-over", note: "notes", decline_reinforcement: "reinforce/decline", take_in: "hand-over/accept" };

export function mount(root) {
  const { number } = root.dataset;
  const part = $("[data-part]", root);
  const line = $("[data-line]", root);
  const dialog = $("[data-ask]", root);
  let offset = ms(root.dataset.now) - Date.now();
  const now = () => Date.now() + offset;
  let sending = null;

  const say = (text, tone = "") => {
    line.className = `incident-line ${tone}`;
    setText(line, text);
  };

  // --- its place: earlier incidents stay open while the page is fetched anew
  const panel = el("div");
  const place = new PlacePanel(panel, { may: JSON.parse($("#incident-may", root).textContent), dialog, say });
  function showPlace() {
    place.show(JSON.parse($("[data-here]", part).dataset.here));
    $("[data-here]", part).append(panel);
  }

  // --- following ---------------------------------------------------------------------------------------------
  const version = () => Number($("[data-version]", part).dataset.version);
  let timer = 0;
  const moved = (theirs) => {
    if (theirs <= version()) return;
    clearTimeout(timer);
    timer = setTimeout(refresh, 150);
  };
  const refresh = followPart(root, {
    frame(message) {
      if (message.at) offset = ms(message.at) - Date.now(); // a page from the browser's cache has an old clock
      if (message.type === "incident" && message.number === number) moved(message.version);
      if (message.type === "heartbeat") {
        const mine = message.changed.incidents.find(([other]) => other === number);
        if (mine) moved(mine[1]);
      }
    },
    drawn() {
      showPlace();
      tick();
    },
  });

  function tick() {
    const band = $("[data-band]", part);
    if (!band) return;
    const row = JSON.parse($("[data-row]", part).dataset.row);
    const { state, text } = urgency(row, now());
    band.className = `incident-band ${state}`;
    setText($("[data-timer]", band), text || "—");
    const { escalation } = row;
    if (!escalation) return;
    const who = escalation.owner
      ? fill(gettext("Taken over by %(name)s"), { name: escalation.owner })
      : fill(gettext("Level %(n)s · %(level)s"), { n: escalation.level, level: LEVEL_TEXT[escalation.level] });
    setText($("[data-stage]", band), fill(gettext("%(stage)s, escalated"), { stage: STAGE_TEXT[row.stage] }));
    setText($("[data-who]", band), who);
    const left = ms(escalation.next_at) - now();
    const next = escalation.next_level && left > 0
      ? fill(gettext("%(level)s in %(time)s"), { level: LEVEL_TEXT[escalation.next_level], time: span(left) })
      : ""; // prettier-ignore
    setText($("[data-next]", band), next);
  }
  setInterval(tick, 1000);
  tick();
  showPlace();

  // --- acting --------------------------------------------------------------------------------------------------
  /** → the refusal, or null; one after the other. */
  function act(url, body, { done, key } = {}) {
    const mine = Promise.resolve(sending).then(() => deliver(url, body, done, key));
    sending = mine;
    return mine.finally(() => sending === mine && (sending = null));
  }

  async function deliver(url, body, done, key) {
    try {
      const answer = await post(url, body, { key });
      say(done ? done(answer) : gettext("Done"), "ok");
      return null;
    } catch (error) {
      if (!error.code) throw error;
      // somebody was sooner: that is a result, and the page shows who
      say(error.message, error.code === "already_claimed" ? "" : "bad");
      return error;
    } finally {
      refresh();
    }
  }

  const once = (url) => (sending ? null : act(url, {})); // a second click is no second act

  function revealed(answer) {
    const text = [answer, ...answer.others].map(({ name, phone }) => [name, phone].filter(Boolean).join(" ")).filter(Boolean).join(gettext("; "));
    return text;
  }

  async function run(verb) {
    if (verb === "print") return print();
    const url = `${urls.incident(number)}${PATHS[verb] ?? verb}/`;
    const question = ASKS[verb]?.(number);
    if (!question) return once(url);
    return askAndAct(dialog, question, (text, key) => act(url, { [question.field]: text }, { done: verb === "reveal" && revealed, key: question.once && key }));
  }

  async function step({ step: verb, assignment, label }) {
    const url = urls.step(number, assignment, verb);
    if (verb !== "report" && verb !== "release") return once(url);
    const question = verb === "report"
      ? { title: fill(gettext("%(unit)s reports back"), { unit: label }), label: gettext("What came of it"), verb: gettext("Report back"), suggestions: OUTCOMES }
      : { title: fill(gettext("Recall %(unit)s"), { unit: label }), label: gettext("Reason, the crew will read it"), verb: gettext("Recall"), harm: true }; // prettier-ignore
    return askAndAct(dialog, question, (outcome) => act(url, { outcome }));
  }

  /** One file after the other, with its progress; what could not be attached is named with the reason. */
  async function attach(input) {
    const bar = $("progress", input.closest(".incident-attach"));
    const wrong = [];
    for (const file of input.files) {
      bar.hidden = false;
      try {
        await upload(`${urls.incident(number)}attachments/`, file, { progress: (share) => (bar.value = share) });
        say(fill(gettext("%(name)s attached"), { name: file.name }), "ok");
      } catch (error) {
        wrong.push(`${file.name}: ${error.message}`);
      }
    }
    input.value = "";
    bar.hidden = true;
    if (wrong.length) say(wrong.join(" "), "bad");
    refresh();
  }
  part.addEventListener("change", ({ target }) => target.matches("[data-attach]") && attach(target));

  part.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-do], [data-step]");
    if (button?.dataset.do) run(button.dataset.do);
    else if (button) step(button.dataset);
  });
  const key = (id, verb, code, text) => ({
    id, code, text, group: "incident",
    run: () => void ($(`[data-do="${verb}"]`, part) ? run(verb) : say(gettext("Nothing to do for you here"), "bad")),
  }); // prettier-ignore
  bind([
    key("take", "take_over", "KeyT", gettext("Take over")),
    key("note", "note", "KeyN", gettext("Note")),
    key("reveal", "reveal", "KeyV", gettext("Reveal caller")),
    { id: "place", code: "KeyP", text: gettext("Earlier at this place"), group: "incident", run: () => void place.open() },
  ]);
}
