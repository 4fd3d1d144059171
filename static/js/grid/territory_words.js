/* The words of the editor.
 * faultText(fault) → "Overlap of 城东-001 and 城东-002, 120 m²"; size(m2) → "120 m²", "1.25 km²"
 * kindText.{new, changed, removed, kept}; stateText[state]; effect(plan) → when it takes effect, in words; when(iso) → the instant in words
 * nextMonday() → its 00:00 as the value of a datetime-local field, in the bureau's zone; fromInput(value) → the instant, ISO */

import { chinese, fill, gettext } from "../lib/i18n.js";
import { ZONE } from "../lib/time.js";

export const kindText = { new: gettext("new"), changed: gettext("changed"), removed: gettext("retired"), kept: gettext("as now") };
export const stateText = { draft: gettext("Draft"), scheduled: gettext("Scheduled"), in_force: gettext("In force"), withdrawn: gettext("Given up") };

const FAULTS = {
  overlap: gettext("Overlap of %(codes)s, %(size)s"),
  gap: gettext("Gap beside %(codes)s, %(size)s"),
  outside: gettext("Outside of the district: %(codes)s, %(size)s"),
  crossing: gettext("The border of %(codes)s crosses itself"),
  sliver: gettext("%(codes)s is only %(size)s large"),
  parts: gettext("%(codes)s lies in several parts"),
  unnamed: gettext("%(codes)s lacks a code, a station or a community"),
  twice: gettext("The code %(codes)s is given twice or was used before"),
  station: gettext("%(codes)s is not given to a station"),
  stale: gettext("%(codes)s has changed since it was drawn over"),
};

export const size = (m2) =>
  m2 >= 100_000 ? `${(m2 / 1e6).toFixed(2)} km²` : `${m2 >= 100 ? Math.round(m2).toLocaleString("en") : m2.toFixed(1)} m²`;

export function faultText({ kind, codes, size: m2 }) {
  const shown = codes.slice(0, 3).map((code) => code || gettext("the new grid"));
  const names = shown.join(gettext(", ")) + (codes.length > 3 ? "…" : "");
  return fill(FAULTS[kind], { codes: names || "—", size: m2 === null ? "" : size(m2) });
}

const dayTime = new Intl.DateTimeFormat(chinese ? "zh-CN" : "en-GB", {
  timeZone: ZONE, weekday: "short", year: "numeric", month: chinese ? "long" : "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
}); // prettier-ignore
export const when = (iso) => (iso ? dayTime.format(Date.parse(iso)) : "");

export function effect(plan) {
  if (plan.state === "in_force") {
    const late = plan.late_seconds > 60 ? fill(gettext(" (%(n)s min late: no worker ran)"), { n: Math.round(plan.late_seconds / 60) }) : "";
    return fill(gettext("In force since %(at)s"), { at: when(plan.effective_at) }) + late;
  }
  if (plan.state === "scheduled") return fill(gettext("Takes effect %(at)s"), { at: when(plan.effective_at) });
  return stateText[plan.state];
}

const parts = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23", weekday: "short" });
const read = (ms) => Object.fromEntries(parts.formatToParts(ms).map(({ type, value }) => [type, value]));

/** The value of a datetime-local field in the bureau's zone. */
function localInput(ms) {
  const { year, month, day, hour, minute } = read(ms);
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

export function fromInput(value) {
  // what the field says, read as if it were UTC, then moved by what the zone's clock shows at that moment
  const wanted = Date.parse(`${value}Z`);
  if (Number.isNaN(wanted)) return null;
  const shift = Date.parse(`${localInput(wanted)}Z`) - wanted;
  return new Date(wanted - shift).toISOString();
}

/** The next Monday 00:00 in the bureau's zone, as such a value. */
export function nextMonday(now = Date.now()) {
  const day = 86_400_000;
  let at = now + day;
  while (read(at).weekday !== "Mon") at += day;
  return `${localInput(at).slice(0, 10)}T00:00`;
}
