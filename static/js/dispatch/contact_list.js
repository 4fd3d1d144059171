/* How I am reached: adds this browser. mount(root): data-push-key (base64url), data-browsers (address of the API). */

import { $, setText } from "../lib/dom.js";
import { HttpError, post } from "../lib/http.js";
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
    const refused = await subscribe(root);
    if (refused === null) return location.reload();
    setText(said, refused);
    button.disabled = false;
  });
}

/** → why it was not added, or null. What the browser itself says is not always in the reader's language. */
async function subscribe(root) {
  if ((await Notification.requestPermission()) !== "granted") return gettext("Notices are blocked for this site. Allow them in the browser's settings.");
  try {
    const registration = await navigator.serviceWorker.register("/push_worker.js");
    await navigator.serviceWorker.ready;
    const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: root.dataset.pushKey });
    const { endpoint, keys } = subscription.toJSON();
    await post(root.dataset.browsers, { endpoint, ...keys, label: label() });
    return null;
  } catch (error) {
    return error instanceof HttpError ? error.message : gettext("The browser said no.");
  }
}

/** Enough to tell two of one's browsers apart. */
function label() {
  const maker = /Edg|Firefox|Chrome|Safari/.exec(navigator.userAgent)?.[0].replace("Edg", "Edge") ?? "";
  return [maker, navigator.userAgentData?.platform ?? navigator.platform].filter(Boolean).join(" · ");
}
