/* The words of a crew's steps.
 * NEXT[step] → {verb, text, due} what a crew at `step` does next; TARGET[verb] → the step it leads to
 * DONE_TEXT[verb] → "set out"; OUTCOMES → the usual reports */

import { gettext } from "../lib/i18n.js";

export const NEXT = {
  dispatched: { verb: "accept", text: gettext("Accept"), due: gettext("Accept the order") },
  accepted: { verb: "depart", text: gettext("Set out"), due: gettext("Time to set out") },
  en_route: { verb: "arrive", text: gettext("On scene"), due: gettext("On the way") },
  on_scene: { verb: "report", text: gettext("Report back"), due: gettext("On scene, then report back") },
};

export const TARGET = { accept: "accepted", depart: "en_route", arrive: "on_scene", report: "reported", release: "released" };

export const DONE_TEXT = {
  accept: gettext("Accepted"),
  depart: gettext("Set out"),
  arrive: gettext("On scene"),
  report: gettext("Reported back"),
  release: gettext("Released"),
};

export const OUTCOMES = [gettext("Mediated"), gettext("Brought in"), gettext("Handed over"), gettext("No action needed")];
