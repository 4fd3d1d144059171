/* The form of one's choices: tries the sounds, asks the browser for notices, saves without leaving the page.
 * mount(form, {saved}) — data-api: where it is saved; works as a plain form without this script */

import { $, $$, setText } from "../lib/dom.js";
import { HttpError, post } from "../lib/http.js";
import { gettext } from "../lib/i18n.js";
import { preference, take } from "../lib/preference.js";
import { play, setVolume } from "../lib/sound.js";

export function mount(form, { saved } = {}) {
  const said = $("[data-said]", form);
  const { volume } = form.elements;

  volume.addEventListener("input", () => setText($("[data-volume]", form), volume.value));
  form.addEventListener("click", ({ target }) => {
    const { play: name } = target.closest("[data-play]")?.dataset ?? {};
    if (!name) return;
    setVolume(Number(volume.value) / 100); // as it would be
    play(name, { even: true });
    setVolume(preference.volume / 100);
  });

  function choices() {
    const given = {};
    for (const field of $$("input[name], select[name]", form)) {
      if (field.name === "csrfmiddlewaretoken") continue;
      given[field.name] = field.type === "checkbox" ? field.checked : Number(field.value);
    }
    return given;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      take(await post(form.dataset.api, choices()));
      said.className = "ok";
      setText(said, gettext("Saved. All your screens follow."));
      saved?.();
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      said.className = "bad";
      setText(said, error.message);
    }
  });

  const allow = $("[data-allow]", form);
  function showPermission() {
    const state = globalThis.Notification?.permission;
    const words = {
      granted: gettext("This browser shows them."),
      denied: gettext("This browser blocks them; allow them in its settings."),
      default: gettext("This browser has not been asked yet."),
    };
    setText($("[data-permission]", form), words[state] ?? gettext("This browser can't show them."));
    allow.hidden = state !== "default";
  }
  allow.addEventListener("click", async () => {
    await Notification.requestPermission();
    showPermission();
  });
  showPermission();
}
