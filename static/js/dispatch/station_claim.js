/* Taking an incident: one press, and one line that says who has it. The loser of a race reads a result, not an error.
 * accept(row, state, unit | null) → Promise<{text, tone: "ok" | "" | "bad", won}>
 *   an order that waits for our crew is accepted; else the incident is claimed with `unit`, or in person */

import { post } from "../lib/http.js";
import { fill, gettext } from "../lib/i18n.js";
import { serial } from "../lib/urgency.js";
import { urls } from "./board_api.js";
import { waiting } from "./station_work.js";

const SOONER = new Set(["already_claimed", "wrong_state", "unit_taken"]);

export async function accept(row, state, unit) {
  const order = waiting(row, state);
  try {
    const answer = order
      ? (await post(urls.step(row.number, order.id, "accept"), { at: new Date(state.live.now()).toISOString() })).assignment
      : await post(urls.claim(row.number), unit ? { unit } : {});
    state.touch(row.number);
    return { won: true, tone: "ok", text: fill(gettext("%(number)s is yours: %(label)s"), { number: serial(row.number), label: answer.label }) };
  } catch (error) {
    if (!error.code) throw error;
    const text = SOONER.has(error.code) ? `${serial(row.number)} ${error.message}` : error.message;
    return { won: false, tone: SOONER.has(error.code) ? "" : "bad", text };
  }
}
