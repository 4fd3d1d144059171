/* The wire: one WebSocket that keeps trying. Waits 0.5 s, doubling to 8 s, each with full jitter, and at once when the
 * browser says it is online again. Closes a socket that has been silent too long, since a dead one looks alive.
 * openSocket(path, {frame(message), closed(code)}) → {stop()} */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8_000;
const SILENCE_MS = 12_000;

export function openSocket(path, { frame, closed }) {
  const url = new URL(path, location.href.replace(/^http/, "ws"));
  let socket = null;
  let lastFrame = 0;
  let startedAt = 0;
  let tries = 0;
  let timer = 0;
  let stopped = false;

  function start() {
    clearTimeout(timer);
    if (stopped) return;
    startedAt = performance.now();
    const mine = new WebSocket(url);
    socket = mine;
    mine.onmessage = ({ data }) => {
      if (mine !== socket) return;
      lastFrame = performance.now();
      tries = 0;
      frame(JSON.parse(data));
    };
    mine.onclose = ({ code }) => mine === socket && lost(code);
  }

  function lost(code) {
    socket = null;
    if (stopped) return;
    closed(code);
    const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries++);
    timer = setTimeout(start, Math.random() * ceiling + 100);
  }

  function restart() {
    const old = socket;
    socket = null;
    old?.close();
    start();
  }

  const watch = setInterval(() => {
    if (socket && performance.now() - Math.max(lastFrame, startedAt) > SILENCE_MS) restart();
  }, 1000);
  addEventListener("online", restart);
  start();

  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      clearInterval(watch);
      removeEventListener("online", restart);
      socket?.close();
    },
  };
}
