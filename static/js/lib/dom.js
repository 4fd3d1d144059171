/* Building elements without innerHTML, so that no text of a caller can become markup.
 * el("button.small", {type: "button", onclick, dataset: {…}}, child, …) → element; children may be strings, nodes, null
 * svg("path", {d, …}, child, …) → the same of a drawing
 * $(selector, root), $$(selector, root) → element | null, array
 * put(node, …children) — replaces the content
 * redraw(node, …children) — the same under the keyboard: the focus goes to what has the same data-focus, else to the node;
 *   what has the same data-stays is the same node as before: a file is being chosen there
 * blank(width, height) → a canvas nobody sees; works in a worker too
 * setText(node, text) — writes only when different, so that nothing is repainted or re-read for nothing */

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export function el(spec, properties = {}, ...children) {
  const [tag, ...classes] = spec.split(".");
  const node = document.createElement(tag || "div");
  if (classes.length) node.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "dataset") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = `${node.className} ${value}`.trim();
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const put = (node, ...children) =>
  node.replaceChildren(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));

export function redraw(node, ...children) {
  const active = node.contains(document.activeElement) ? document.activeElement : null;
  const staying = $$("[data-stays]", node);
  put(node, ...children);
  for (const old of staying) $(`[data-stays="${CSS.escape(old.dataset.stays)}"]`, node)?.replaceWith(old);
  if (!active || active === node) return;
  if (node.contains(active)) {
    if (staying.some((old) => old.contains(active))) active.focus({ preventScroll: true });
    return;
  }
  const same = active.dataset.focus && $(`[data-focus="${CSS.escape(active.dataset.focus)}"]`, node);
  if (same) same.focus({ preventScroll: true });
  if (node.contains(document.activeElement)) return; // what is hidden or disabled takes no focus
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}

export function setText(node, text) {
  const { firstChild } = node;
  if (firstChild?.nodeType !== Node.TEXT_NODE || firstChild.nextSibling) {
    if (node.textContent !== text) node.textContent = text;
  } else if (firstChild.data !== text) firstChild.data = text; // a new text node would cost a hundred timers their boxes each second
}

export const blank = (width, height) =>
  globalThis.OffscreenCanvas ? new OffscreenCanvas(width, height) : Object.assign(document.createElement("canvas"), { width, height });
