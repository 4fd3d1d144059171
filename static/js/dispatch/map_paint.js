/* Paints an arranged scene. Order from below: lines, leaders, forces, incidents, labels (LOOK.md, Map).
 * paintScene(context, scene, sprites, colours)
 * paintFrame(context, frame, at, colours) — what the lens shows, and dotted lines from there to the lens at `at` {x, y, w, h}
 * measureIn(face) → measure(text, bold) in CSS pixels, remembered. All of it works in a worker too. */

import { blank } from "../lib/dom.js";

export function measureIn(face) {
  const context = blank(1, 1).getContext("2d");
  const known = new Map();
  return (text, bold = false) => {
    const key = (bold ? "b" : "n") + text.replace(/\d/g, "0"); // digits are of one width: timers keep their place
    let width = known.get(key);
    if (width === undefined) {
      context.font = `${bold ? 700 : 400} 13px ${face}`;
      known.set(key, (width = context.measureText(key.slice(1)).width));
    }
    return width;
  };
}

const EDGE = { escalated: "esc", late: "late", soon: "soon" };
const TEXT = { escalated: "esc-text", late: "late-text", soon: "soon-text" };

export function paintScene(context, scene, sprites, colours) {
  const stamp = ({ image, half }, x, y) => context.drawImage(image, x - half, y - half, 2 * half, 2 * half);

  for (const { x, y, text } of scene.names) {
    const { image, w, h } = sprites.words(text, 14, colours.ink2);
    context.drawImage(image, x + 2, y - 1, w, h);
  }
  for (const { from, to, dotted } of scene.lines) {
    line(context, from.x, from.y, to.x, to.y, dotted ? colours.focus : colours.force, dotted ? [2, 4] : [6, 4], 1.8);
  }
  for (const { x, y, w, h, leader, mark } of scene.labels) {
    if (!leader) continue;
    const toX = Math.max(x, Math.min(mark.x, x + w));
    line(context, mark.x, mark.y, toX, y + h / 2, colours.ink3, [], 1);
  }
  for (const mark of scene.units) {
    stamp(sprites.unit(mark.unit.kind, mark.unit.status, mark.stale, scene.unitSize), mark.x, mark.y);
    if (mark.heading !== undefined) arrow(context, mark, scene.unitSize / 2 + 1, mark.stale ? colours.ink3 : colours.force);
  }
  for (const group of scene.groups) throng(context, group, colours);
  for (const { x, y, count } of scene.rings) ring(context, x, y, count, colours);
  for (const { x, y, state, row, hot, selected } of scene.dots) {
    context.fillStyle = hot ? colours[EDGE[state]] : row.priority > 2 ? colours.ink3 : colours.ink;
    context.beginPath();
    context.arc(x, y, hot ? 4 : 2.5, 0, 2 * Math.PI);
    context.fill();
    if (selected) circle(context, x, y, 9, colours.focus, 2);
  }
  // the gravest is painted last, so it lies on top
  for (const mark of [...scene.incidents].reverse()) {
    stamp(sprites.priority(mark.row.priority, mark.state, scene.size), mark.x, mark.y);
    if (mark.selected) circle(context, mark.x, mark.y, scene.size / 2 + 6, colours.focus, 3);
  }
  context.textAlign = "left";
  for (const label of scene.labels) label.text === undefined ? incidentLabel(context, label, colours) : unitLabel(context, label, sprites, colours);
  if (scene.pin) pin(context, scene.pin, colours);
}

function incidentLabel(context, { x, y, w, h, mark, id, timer, words }, colours) {
  context.beginPath();
  context.roundRect(x + 0.5, y + 0.5, w - 1, h - 1, 3);
  context.fillStyle = colours.raised;
  context.fill();
  context.strokeStyle = mark.hot ? colours[EDGE[mark.state]] : mark.selected ? colours.focus : colours.line;
  context.lineWidth = mark.hot ? 1.8 : 1;
  context.stroke();
  let at = x + 7;
  const write = (text, bold, colour) => {
    context.font = `${bold ? 700 : 400} 13px ${colours.face}`;
    context.fillStyle = colour;
    context.fillText(text, at, y + 15.5);
    at += context.measureText(text).width + 8;
  };
  write(id, mark.hot, colours.ink);
  if (timer) write(timer, true, colours[TEXT[mark.state]]);
  if (words) write(words, false, colours.ink2);
}

function unitLabel(context, { x, y, text, mark, kept }, sprites, colours) {
  const colour = mark.stale ? colours.ink3 : colours.force;
  if (kept) {
    const { image, w, h } = sprites.words(text, 12.5, colour);
    return context.drawImage(image, x, y - 2, w, h);
  }
  context.font = `400 12.5px ${colours.face}`;
  outlined(context, text, x + 3, y + 12.5, colour, colours.land);
}

function outlined(context, text, x, y, ink, land) {
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = land;
  context.strokeText(text, x, y);
  context.fillStyle = ink;
  context.fillText(text, x, y);
}

function line(context, x1, y1, x2, y2, colour, dash, width) {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.setLineDash(dash);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
  context.setLineDash([]);
}

function circle(context, x, y, r, colour, width) {
  context.beginPath();
  context.arc(x, y, r, 0, 2 * Math.PI);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function ring(context, x, y, count, colours) {
  context.beginPath();
  context.arc(x, y, 10, 0, 2 * Math.PI);
  context.fillStyle = colours.raised;
  context.fill();
  circle(context, x, y, 9.5, colours.ink2, 1.4);
  context.fillStyle = colours.ink;
  context.font = `700 11px ${colours.face}`;
  context.textAlign = "center";
  context.fillText(count, x, y + 4);
}

/** Free units that would cover each other: how many. */
function throng(context, { x, y, count, stale }, colours) {
  const half = count > 99 ? 15 : count > 9 ? 11.5 : 9;
  context.beginPath();
  context.roundRect(x - half, y - 8, 2 * half, 16, 3);
  context.fillStyle = colours.land;
  context.fill();
  context.setLineDash(stale ? [2.5, 2] : []);
  context.strokeStyle = stale ? colours.ink3 : colours.force;
  context.lineWidth = 1.4;
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = stale ? colours.ink3 : colours.force;
  context.font = `400 12px ${colours.face}`;
  context.textAlign = "center";
  context.fillText(count, x, y + 4.4);
}

/** A small tick towards the incident the unit is on its way to. */
function arrow(context, { x, y, heading }, reach, colour) {
  context.save();
  context.translate(x, y);
  context.rotate(heading);
  context.beginPath();
  context.moveTo(reach + 4, 0);
  context.lineTo(reach - 1, -3);
  context.lineTo(reach - 1, 3);
  context.fillStyle = colour;
  context.fill();
  context.restore();
}

/** The place of an incident that is not saved yet. */
function pin(context, { x, y }, colours) {
  circle(context, x, y, 9, colours.focus, 2.5);
  line(context, x - 14, y, x + 14, y, colours.focus, [], 1.5);
  line(context, x, y - 14, x, y + 14, colours.focus, [], 1.5);
}

export function paintFrame(context, frame, at, colours) {
  context.strokeStyle = colours.edge;
  context.lineWidth = 1.5;
  context.strokeRect(frame.x, frame.y, frame.w, frame.h);
  context.setLineDash([2, 5]);
  context.lineWidth = 1.2;
  const right = at.x > frame.x;
  const near = right ? at.x : at.x + at.w;
  const corner = right ? frame.x + frame.w : frame.x;
  context.beginPath();
  context.moveTo(corner, frame.y);
  context.lineTo(near, at.y);
  context.moveTo(corner, frame.y + frame.h);
  context.lineTo(near, at.y + at.h);
  context.stroke();
  context.setLineDash([]);
}
