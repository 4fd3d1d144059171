/* Starts a page: every element with data-mount="/static/js/…/x.js" is handed to that module's mount(root),
 * and says data-mounted from then on.
 * Also here, since every page has them: key B (day or night), O (sound and notice), F2 (new incident), ? or F1 (all keys),
 * the language switch, menus that close. */

import { $, $$ } from "./dom.js";
import { gettext } from "./i18n.js";
import { bind } from "./keys.js";
import { openKeys } from "./keys_panel.js";
import { toggleMode } from "./mode.js";
import { openPreferences } from "./preference_panel.js";

bind([
  { id: "mode", code: "KeyB", text: gettext("Day or night"), group: "screen", run: toggleMode },
  { id: "help", code: "Slash", text: gettext("All keys"), group: "screen", shown: "?", shift: true, run: openKeys },
]);
const preferences = $$("[data-action=preferences]"); // none before somebody has signed in, nor in the administration
if (preferences.length) bind([{ id: "preferences", code: "KeyO", text: gettext("Sound and notice"), group: "screen", run: () => void openPreferences() }]);
for (const link of preferences) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    link.closest("details.menu")?.removeAttribute("open");
    openPreferences();
  });
}

// Pages whose header is full of facts fold their links into one button while there is no room for all of them.
const fold = $(".nav-fold");
if (fold && $(".folds-nav")) {
  const top = $(".top");
  const nav = $(".nav");
  const narrow = matchMedia("(max-width: 1600px)");
  const follow = () => {
    top.classList.toggle("roomy", !narrow.matches);
    if (nav.scrollWidth > nav.clientWidth) top.classList.remove("roomy");
  };
  const watch = new ResizeObserver(() => requestAnimationFrame(follow)); // within its own turn it would call itself
  for (const node of [top, $(".top-end")]) watch.observe(node);
}
function toggleNav(open = !$(".nav").classList.contains("open")) {
  $(".nav").classList.toggle("open", open);
  fold.setAttribute("aria-expanded", open);
  if (open) $(".nav a").focus();
}
if (fold) {
  fold.addEventListener("click", () => toggleNav());
  bind([{ id: "menu", code: "F10", text: gettext("Menu"), group: "screen", always: true, run: () => (fold.offsetParent ? toggleNav() : $(".nav a").focus()) }]);
}

// A call can come in on any page: where there is no drawer, F2 goes where the link leads.
const intake = $("[data-action=intake]");
if (intake && !$("#intake")) {
  bind([{ id: "intake", code: "F2", text: gettext("New incident"), group: "incident", run: () => location.assign(intake.href) }]);
}

for (const button of $$("[data-action=mode]")) button.addEventListener("click", toggleMode);

document.addEventListener("click", (event) => {
  for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  if ($(".nav.open") && !event.target.closest(".nav, .nav-fold")) toggleNav(false);
});
document.addEventListener("keydown", (event) => {
  if (event.code !== "Escape") return;
  if ($(".nav.open")) toggleNav(false);
  for (const menu of $$("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const root of $$("[data-mount]")) {
  import(root.dataset.mount)
    .then((module) => module.mount(root))
    .then(() => (root.dataset.mounted = ""));
}
