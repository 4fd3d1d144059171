/* The addresses of the API that the board uses, and the verbs of one incident.
 * urls — functions of a number, and a few that are none of one incident */

const incident = (number) => `/api/incidents/${number}/`;

export const urls = {
  incident,
  mentions: "/api/mentions/",
  mentionsSeen: "/api/mentions/seen/",
  names: (number) => `${incident(number)}names/`,
  mute: "/api/preferences/mute/",
  events: (number) => `${incident(number)}events/`,
  claim: (number) => `${incident(number)}claim/`,
  recommendation: (number) => `${incident(number)}recommendation/`,
  preview: (number, units) => `${incident(number)}preview/?units=${units.join(",")}`,
  assignments: (number) => `${incident(number)}assignments/`,
  step: (number, assignment, verb) => `${incident(number)}assignments/${assignment}/${verb}/`,
  notes: (number) => `${incident(number)}notes/`,
  takeOver: (number) => `${incident(number)}take-over/`,
  snooze: (number) => `${incident(number)}snooze/`,
  reinforce: (number) => `${incident(number)}reinforce/`,
  declineReinforcement: (number) => `${incident(number)}reinforce/decline/`,
  preempt: (number) => `${incident(number)}preempt/`,
  handOver: (number) => `${incident(number)}hand-over/`,
  takeIn: (number) => `${incident(number)}hand-over/accept/`,
  declineHandover: (number) => `${incident(number)}hand-over/decline/`,
  merge: (number) => `${incident(number)}merge/`,
  split: (number) => `${incident(number)}split/`,
  shown: (number) => `${incident(number)}shown/`,
  seen: (number) => `${incident(number)}seen/`,
  reveal: (number) => `${incident(number)}reveal/`,
  close: (number) => `${incident(number)}close/`,
  cancel: (number) => `${incident(number)}cancel/`,
  invalidate: (number) => `${incident(number)}invalidate/`,
};
