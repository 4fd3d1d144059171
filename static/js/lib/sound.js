/* Three sounds made by WebAudio, no files. Browsers stay silent until the first key or click: `ready()` says which.
 * play("order" | "late" | "escalated", {even}) → whether it sounded; `even` while muted, to try it
 * mute(seconds), mutedLeft() → ms
 * ready() → boolean
 * setVolume(0.2…1) — the floor of 20 % holds while on duty; the person's own choice is taken by itself */

import { preference } from "./preference.js";

const NOTES = {
  order: [[587, 0, 0.35]], // one soft note
  late: [[659, 0, 0.18], [494, 0.22, 0.28]], // two, falling
  escalated: [[523, 0, 0.16], [659, 0.2, 0.16], [880, 0.4, 0.42]], // three, rising
};
const FLOOR = 0.2;
let context = null;
let volume = preference.volume / 100;
let mutedUntil = 0;

export const ready = () => context?.state === "running";
export const mutedLeft = () => Math.max(0, mutedUntil - performance.now());
export const mute = (seconds) => (mutedUntil = performance.now() + seconds * 1000);
export const setVolume = (value) => (volume = Math.min(1, Math.max(FLOOR, value)));

document.addEventListener("preferencechange", () => setVolume(preference.volume / 100));

/** Looks at every key and click: a call, a headset or the browser may suspend the sound again at any time. */
function unlock() {
  if (ready()) return;
  context ??= new AudioContext();
  context.resume().catch(() => {}); // the next key or click asks again
}
addEventListener("keydown", unlock, true);
addEventListener("pointerdown", unlock, true);

export function play(name, { even = false } = {}) {
  if (!ready() || (mutedLeft() > 0 && !even)) return false;
  const start = context.currentTime + 0.02;
  for (const [frequency, offset, length] of NOTES[name]) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.type = name === "order" ? "sine" : "triangle";
    tone.frequency.value = frequency;
    gain.gain.setValueAtTime(0, start + offset);
    gain.gain.linearRampToValueAtTime(volume * (name === "order" ? 0.25 : 0.5), start + offset + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + offset + length);
    tone.connect(gain).connect(context.destination);
    tone.start(start + offset);
    tone.stop(start + offset + length + 0.05);
  }
  return true;
}
