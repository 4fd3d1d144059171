/* When the plan takes effect: choosing the instant, what has to be mended or accepted first, taking it back.
 * mountEffect(box, state) */

import { el, redraw } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { effect, fromInput, nextMonday, when } from "./territory_words.js";

export function mountEffect(box, state) {
  let instant = nextMonday();
  let accepted = false;
  const said = el("p.territory-said", { role: "status" });
  const say = (text, bad = false) => {
    said.textContent = text;
    said.className = `territory-said ${bad ? "bad" : "ok"}`;
  };
  const act = async (verb, body, done) => {
    try {
      const plan = await state.act(verb, body);
      say(done(plan));
    } catch (error) {
      say(error.message, true);
    }
  };

  function draft() {
    const blocking = state.faults.filter(({ blocking: wrong }) => wrong).length;
    const meant = state.faults.length - blocking;
    const at = el("input", { type: "datetime-local", "data-focus": "at", value: instant, "aria-label": gettext("Takes effect") });
    at.addEventListener("change", () => (instant = at.value));
    const accept = el("input", { type: "checkbox", "data-focus": "accept", checked: accepted });
    accept.addEventListener("change", () => ((accepted = accept.checked), draw()));
    const go = el("button.button.primary", { type: "button", "data-focus": "go", disabled: !state.planned.size || blocking > 0 || (meant > 0 && !accepted) }, gettext("Schedule"));
    go.addEventListener("click", () => {
      const effective_at = fromInput(at.value);
      if (!effective_at) return say(gettext("Choose day and time."), true);
      act("schedule", { effective_at, accept_warnings: accepted }, (plan) => fill(gettext("Scheduled: takes effect %(at)s."), { at: when(plan.effective_at) }));
    });
    const reason = el("input", { "data-focus": "reason", value: state.plan.reason, maxlength: 500, autocomplete: "off" });
    reason.addEventListener("change", () => state.rename({ reason: reason.value.trim() }));
    return [
      state.plan.halted ? el("p.territory-said.bad", {}, fill(gettext("It did not come into force: %(why)s"), { why: state.plan.halted })) : null,
      el("label.line", {}, el("span", {}, gettext("Takes effect")), at),
      el("label.line", {}, el("span", {}, gettext("Reason (optional)")), reason),
      blocking ? el("p.bad", {}, fill(ngettext("%(n)s fault has to be mended first.", "%(n)s faults have to be mended first.", blocking), { n: blocking })) : null,
      meant && !blocking ? el("label.check", {}, accept, fill(ngettext("I have looked at it: %(n)s gap or the like is meant.", "I have looked at them: %(n)s gaps and the like are meant.", meant), { n: meant })) : null,
      el("div.buttons", {}, go, withdraw()),
      el("p.hint", {}, gettext("Until then the present grids hold. Incidents stay where they were counted.")),
    ];
  }

  function withdraw() {
    const button = el("button.button", { type: "button", "data-focus": "withdraw" }, gettext("Give the plan up"));
    button.addEventListener("click", () => {
      if (button.dataset.sure) return act("withdraw", {}, () => gettext("The plan is given up."));
      button.dataset.sure = "1";
      button.textContent = gettext("Give up for good?");
      setTimeout(() => ((button.dataset.sure = ""), (button.textContent = gettext("Give the plan up"))), 4000);
    });
    return button;
  }

  function scheduled() {
    const again = el("button.button", { type: "button", "data-focus": "again" }, gettext("Back to the draft"));
    again.addEventListener("click", () => act("reopen", {}, () => gettext("It is a draft again and does not take effect.")));
    return [el("p.when", {}, effect(state.plan)), el("div.buttons", {}, again, withdraw())];
  }

  function draw() {
    const { plan } = state;
    if (!plan) redraw(box, el("p.hint", {}, gettext("No plan is open.")));
    else if (plan.state === "draft") redraw(box, draft(), said);
    else if (plan.state === "scheduled") redraw(box, scheduled(), said);
    else redraw(box, el("p.when", {}, effect(plan)), said);
  }
  let shown = null;
  state.addEventListener("plan", () => {
    if (state.plan?.id !== shown) {
      shown = state.plan?.id;
      accepted = false;
      said.textContent = "";
    }
    if (!(box.contains(document.activeElement) && document.activeElement.matches("input"))) draw();
  });
  draw();
}
