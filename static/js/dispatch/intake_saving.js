/* While a call is saved: the form is shut, the line says how it goes, "Stop trying" gives up.
 * new Saving(root, line); .busy; .halt(); .run(sender, body, key) → Promise<answer>; throws HttpError */

import { $ } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

const PROGRESS_MS = 400;

export class Saving {
  constructor(root, line) {
    Object.assign(this, { root, line, sender: null });
    this.fields = $("fieldset", root);
    this.stopper = $("[data-intake=halt]", root);
  }

  get busy() {
    return this.sender !== null;
  }

  halt = () => this.sender?.stop();

  async run(sender, body, key) {
    this.sender = sender;
    this.root.setAttribute("aria-busy", "true");
    this.root.focus({ preventScroll: true }); // a disabled field loses the focus, and Enter would be the board's
    this.fields.disabled = true;
    const slow = setTimeout(() => this.line.say(gettext("Saving…")), PROGRESS_MS);
    try {
      return await sender.send(body, key, { waiting: () => this.#waiting(slow) });
    } finally {
      clearTimeout(slow);
      this.sender = null;
      this.root.removeAttribute("aria-busy");
      this.fields.disabled = false;
      this.stopper.hidden = true;
    }
  }

  #waiting(slow) {
    clearTimeout(slow);
    this.line.say(gettext("No network. The form is kept and is sent when it is back."), "bad");
    this.stopper.hidden = false;
  }
}
