/* What this person chose (grid/models/preference.py), from the page's #preference and, later, from the live line.
 * preference — {volume, order_sound, late_sound, order_notice, late_notice, escalated_notice, single_keys}
 * take(choices) — from now on these; `preferencechange` is sent on document
 * audible(kind, priority), noticed(kind, priority) → boolean; kind: order, late, escalated
 *   An escalation to oneself is always audible. */

const USUAL = { volume: 60, order_sound: 4, late_sound: 4, order_notice: 4, late_notice: 4, escalated_notice: true, single_keys: true };

export const preference = { ...USUAL, ...JSON.parse(document.getElementById("preference")?.textContent ?? "{}") };

export function take(choices) {
  for (const name of Object.keys(USUAL)) if (name in choices) preference[name] = choices[name];
  document.dispatchEvent(new CustomEvent("preferencechange"));
}

/** Of an unknown priority too much is told rather than too little. */
export const audible = (kind, priority = 1) => kind === "escalated" || priority <= preference[`${kind}_sound`];
export const noticed = (kind, priority = 1) => (kind === "escalated" ? preference.escalated_notice : priority <= preference[`${kind}_notice`]);
