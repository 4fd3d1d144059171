/* The part of a page that the server draws, [data-part], kept true: fetched anew with `?part`, and as soon as the line is back.
 * [data-part-state] says since when it may be out of date, or that the session has ended. Signing in happens in another tab and
 * the line comes back by itself, so that nothing typed here is lost.
 * followPart(root, {frame(message), waits() → true while it must not change, drawn()}) → refresh() */

import { $, el, put, redraw, setText } from "./dom.js";
import { fill, gettext } from "./i18n.js";
import { showHints } from "./keys.js";
import { openSocket } from "./live_socket.js";
import { stamp } from "./time.js";

const TIMEOUT_MS = 15_000;
const RETRY_MS = 5_000;

export function followPart(root, { frame, waits = () => false, drawn = () => {} }) {
  const part = $("[data-part]", root);
  const line = $("[data-part-state]", root);
  let trueAt = Date.now();
  let followed = false; // hints come
  let asked = null;
  let timer = 0;

  const doubt = () => setText(line, fill(gettext("May be out of date since %(time)s. It repairs itself."), { time: stamp(trueAt) }));

  function ended() {
    if ($("a", line)) return;
    const link = el("a", { href: location.href, target: "_blank", rel: "noopener" }, gettext("Sign in again"));
    put(line, fill(gettext("Your session has ended. The display stands at %(time)s. "), { time: stamp(trueAt) }), link);
  }

  async function ask() {
    const address = new URL(location.href);
    address.searchParams.set("part", "");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(TIMEOUT_MS) });
      return { ok: answer.ok, toLogin: answer.redirected, text: await answer.text() };
    } catch {
      return { ok: false };
    }
  }

  async function refresh() {
    clearTimeout(timer);
    if (waits()) return;
    const mine = (asked = Symbol("asked"));
    const { ok, toLogin, text } = await ask();
    if (mine !== asked) return;
    if (toLogin) return ended();
    if (!ok) {
      doubt();
      timer = setTimeout(refresh, RETRY_MS);
      return;
    }
    if (waits()) return;
    redraw(part, ...new DOMParser().parseFromString(text, "text/html").body.childNodes);
    showHints(part);
    trueAt = Date.now();
    if (followed) put(line);
    else doubt();
    drawn();
  }

  openSocket("/ws/board/", {
    frame(message) {
      if (message.type === "hello") {
        followed = true;
        refresh();
      }
      if (!line.hasChildNodes()) trueAt = Date.now();
      frame(message);
    },
    closed(code) {
      if (code === 4401) ended();
      else if (followed) doubt();
      else refresh(); // why a handshake was refused, only HTTP tells
      followed = false;
    },
  });
  document.addEventListener("sessionended", ended);
  return refresh;
}
