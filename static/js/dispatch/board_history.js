/* The timeline, newest first.
 * historyParts(events, story) → nodes; an event is {version, at, code, text, actor} */

import { el } from "../lib/dom.js";
import { fill, gettext, ngettext } from "../lib/i18n.js";
import { stamp } from "../lib/time.js";

const LOUD = new Set(["escalation.raised", "escalation.taken_over", "incident.reopened", "unit.far_from_scene"]);

export function historyParts(events, story) {
  const heading = el(
    "h3",
    {},
    gettext("History"),
    el("span.note", {}, events.length ? fill(ngettext("%(n)s entry, newest first", "%(n)s entries, newest first", events.length), { n: events.length }) : ""),
  );
  if (!story) return [heading, el("p.note", {}, gettext("Reading the history"))];
  return [
    heading,
    el(
      "ol.history",
      {},
      [...events].reverse().map((event) =>
        el(
          "li",
          {},
          el("time", { datetime: event.at }, stamp(event.at)),
          el("span", {}, event.actor || gettext("System")),
          el(LOUD.has(event.code) ? "b" : "span", {}, event.text),
        ),
      ),
    ),
  ];
}
