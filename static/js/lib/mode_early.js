/* A classic script in the head, so that the page is never painted in the wrong mode.
 * Order: what this person chose (key B), what the page prefers (data-mode-default), what the system prefers, the hour. */
(() => {
  const root = document.documentElement;
  let chosen = null;
  try {
    chosen = localStorage.getItem("mode");
  } catch {
    /* storage refused: the choice lasts as long as the page */
  }
  const hour = new Date().getHours();
  const dark = matchMedia("(prefers-color-scheme: dark)").matches || hour >= 20 || hour < 6;
  root.dataset.mode = chosen || root.dataset.modeDefault || (dark ? "night" : "day");
})();
