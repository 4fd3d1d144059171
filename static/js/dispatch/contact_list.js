/* How I am reached: adds this browser. mount(root): data-push-key (base64url), data-browsers (address of the API). */

import { $, setText } from "../lib/dom.js";
import { post } from "../lib/http.js";
import { gettext } from "../lib/i18n.js";

export function mount(root) {
  const button = $("[data-add-browser]", root);
  const said = $("[data-said]", root);
  if (!button) return;
  if (!("serviceWorker" in navigator) || !("PushManager" in globalThis)) {
    button.disabled = true;
    setText(said, gettext("This browser can't be told while it is closed. It needs a secure address (https)."));
    return;
  }
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await subscribe(root);
      location.reload();
    } catch (error) {
      setText(said, error.message || gettext("The browser said no."));
      button.disabled = false;
    }
  });
}

async function subscribe(root) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error(gettext("Notices are blocked for this site. Allow them in the browser's settings."));
  const registration = await navigator.serviceWorker.register("/push_worker.js");
  await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: root.dataset.pushKey });
  const { endpoint, keys } = subscription.toJSON();
  await post(root.dataset.browsers, { endpoint, ...keys, label: label() });
}

/** Enough to tell two of one's browsers apart. */
function label() {
  const maker = /Edg|Firefox|Chrome|Safari/.exec(navigator.userAgent)?.[0].replace("Edg", "Edge") ?? "";
  return [maker, navigator.userAgentData?.platform ?? navigator.platform].filter(Boolean).join(" · ");
}
