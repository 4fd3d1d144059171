/* Times as the trade writes them. Instants are ISO strings in UTC; people read the bureau's zone.
 * ms(iso) → epoch milliseconds (NaN for null)
 * span(ms) → "06:12", from 100 minutes "3 h 12", from two days "4 d 02"
 * stamp(instant) → "15:42:18"; hourMinute(instant) → "15:42"; date(instant) → "Mon 23 Nov"
 * ago(ms) → "4 s ago", "3 min ago"; seconds(ms) → "0.4"
 * distance(metres) → "350 m", "1.1 km"
 * ZONE — the bureau's */

import { chinese, fill, gettext } from "./i18n.js";

export const ZONE = "Asia/Shanghai";
const LOCALE = chinese ? "zh-CN" : "en-GB";
const two = (n) => String(Math.floor(n)).padStart(2, "0");
const format = (options) => {
  const formatter = new Intl.DateTimeFormat(LOCALE, { timeZone: ZONE, hourCycle: "h23", ...options });
  return (instant) => {
    const at = typeof instant === "string" ? ms(instant) : instant;
    return Number.isFinite(at) ? formatter.format(at) : "—";
  };
};

export const ms = (iso) => (iso ? Date.parse(iso) : NaN);
export const stamp = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const hourMinute = format({ hour: "2-digit", minute: "2-digit" });
export const date = format({ weekday: "short", month: chinese ? "long" : "short", day: "numeric" });

export function span(duration) {
  const total = Math.floor(Math.abs(duration) / 1000);
  const minutes = Math.floor(total / 60);
  if (minutes < 100) return `${two(minutes)}:${two(total % 60)}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return fill(gettext("%(h)s h %(m)s"), { h: hours, m: two(minutes % 60) });
  return fill(gettext("%(d)s d %(h)s"), { d: Math.floor(hours / 24), h: two(hours % 24) });
}

export const seconds = (duration) => (Math.max(0, duration) / 1000).toFixed(1);

export function ago(duration) {
  const total = Math.max(0, Math.floor(duration / 1000));
  if (total < 100) return fill(gettext("%(n)s s ago"), { n: total });
  const minutes = Math.floor(total / 60);
  if (minutes < 100) return fill(gettext("%(n)s min ago"), { n: minutes });
  return fill(gettext("%(n)s h ago"), { n: Math.floor(minutes / 60) });
}

export const distance = (metres) =>
  metres < 1000
    ? fill(gettext("%(n)s m"), { n: Math.round(metres / 10) * 10 })
    : fill(gettext("%(n)s km"), { n: (metres / 1000).toFixed(1) });
