/* The other end of a painter (map_painter.js), in the worker.
 * serve(artist)   messages: {texts} first, then {news} for the artist to keep, and {name, picture}, answered by {name, bitmap, found} */

import { blank } from "../lib/dom.js";

export const serve = (artist) =>
  addEventListener("message", ({ data: { texts, news, name, picture } }) => {
    if (texts) return void (globalThis.django = { gettext: (text) => texts[text] });
    if (news) return artist.take(news);
    const canvas = blank(1, 1);
    const found = artist.draw(canvas, picture);
    const bitmap = canvas.transferToImageBitmap();
    postMessage({ name, bitmap, found }, [bitmap]);
  });
