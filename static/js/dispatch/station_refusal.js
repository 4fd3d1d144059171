/* A kept step that the server did not take: what happened meanwhile, and what counted.
 * refusal({entry, error, dropped}) → Promise<text> */

import { get } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { ms, stamp } from "../lib/time.js";
import { serial } from "../lib/urgency.js";
import { urls } from "./board_api.js";
import { DONE_TEXT } from "./crew_step.js";

const NAMED = { "unit.accepted": "accept", "unit.departed": "depart", "unit.arrived": "arrive", "unit.reported": "report" };
const step = ({ verb, at }) => `${DONE_TEXT[verb]} ${stamp(ms(at))}`;

export async function refusal({ entry, error, dropped }) {
  const did = [entry, ...dropped].map(step).join(gettext(", "));
  const first = fill(gettext("%(number)s: %(steps)s did not count."), { number: serial(entry.number), steps: did });
  return [first, ...(await meanwhile(entry, error))].join(" ");
}

async function meanwhile(entry, error) {
  const answer = await get(urls.events(entry.number)).catch(() => null);
  const ours = (answer?.results ?? []).filter(({ data }) => data?.assignment === entry.assignment);
  const released = ours.findLast(({ code }) => code === "unit.released" || code === "unit.preempted");
  const counted = ours.filter(({ code }) => NAMED[code]).map(({ code, at }) => step({ verb: NAMED[code], at }));
  const lines = [];
  if (released) {
    const text = gettext("%(name)s released %(label)s at %(time)s. %(reason)s");
    lines.push(fill(text, { name: released.actor ?? gettext("The system"), label: entry.label, time: stamp(ms(released.at)), reason: released.data.outcome ?? released.data.reason ?? "" }).trim());
  } else lines.push(error.message);
  if (counted.length) lines.push(fill(gettext("Counted: %(steps)s."), { steps: counted.join(gettext(", ")) }));
  return lines;
}
