/* Day and night.
 * toggleMode() — switches, remembers, and sends `modechange` on document (canvases repaint on it)
 * token(name) → the colour of a CSS token, such as token("late") */

const isNight = () => document.documentElement.dataset.mode === "night";

export function toggleMode() {
  const next = isNight() ? "day" : "night";
  document.documentElement.dataset.mode = next;
  try {
    localStorage.setItem("mode", next);
  } catch {
    /* storage refused: the choice lasts as long as the page */
  }
  document.dispatchEvent(new CustomEvent("modechange"));
}

export const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
