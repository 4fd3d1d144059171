/* The map in the middle. It never moves under the hand: only the hand, 0 and Z move it.
 * mountMap(root, state, refuse) → {act("whole" | "selected" | "lens" | "legend" | "reach")}; refuse(why) hears, in words, why nothing was done */

import { $, setText } from "../lib/dom.js";
import { fill, gettext } from "../lib/i18n.js";
import { allKeys } from "../lib/keys.js";
import { palette } from "../lib/symbols.js";
import { serial } from "../lib/urgency.js";
import { legendNodes } from "./map_legend.js";
import { MapLayers } from "./map_layer.js";
import { Lens } from "./map_lens.js";
import { Artist as GroundArtist } from "./map_ground_artist.js";
import { followGround } from "./map_ground_follow.js";
import { Artist as MarksArtist } from "./map_marks_artist.js";
import { News } from "./map_news.js";
import { Painter } from "./map_painter.js";
import { ReachLayer } from "./map_reach.js";
import { TrailLayer } from "./map_trail.js";
import { place, viewAt } from "./map_view.js";
import { positionsWords, tipWords } from "./map_words.js";
import { showProof } from "./panel_proof.js";

const HIT_PX = 14;
const HIT_TOUCH_PX = 24;
const REPAINT_MS = 250; // vehicles jump four times a second at most
const AGE_MS = 1000;
const GROUND_MS = 3000; // so long the marks wait for the ground

export function mountMap(root, state, refuse) {
  const { live, config } = state;
  const box = $("[data-map]", root);
  const tip = $("[data-map-tip]", root);
  const legend = $("[data-legend]", root);
  const face = getComputedStyle(document.body).fontFamily;
  const news = new News(state);
  const grounds = new Painter("ground", () => ({ collection: ground.collection }), new GroundArtist());
  const marks = new Painter("marks", () => news.everything(), new MarksArtist());
  let colours = { ...palette(), face };
  let ground = null;
  let lens = null;
  let locked = false; // the hand has moved the map: no fitting until 0
  let picking = false;
  let pin = null; // of an unsaved incident
  let bar = null; // where it lies: no label goes under it
  let askedAt = -Infinity;
  let queued = 0;
  let allStands = false;
  let groundStands = false;
  const asked = performance.now();

  const map = L.map(box, {
    zoomControl: false,
    attributionControl: config.map.tiles.length > 0,
    zoomAnimation: false,
    fadeAnimation: false,
    markerZoomAnimation: false,
    zoomSnap: 0.05, // fits the district closely; a wheel's notch still moves about half a zoom
    zoomDelta: 1,
    wheelPxPerZoomLevel: 90,
    minZoom: config.map.min_zoom,
    maxZoom: config.map.max_zoom,
    keyboard: false,
  }).setView(config.map.center, config.map.zoom);
  for (const { url, options } of config.map.tiles) L.tileLayer(url, options).addTo(map);
  const layers = new MapLayers(map, { ground: groundOf, marks: marksOf });
  const reach = new ReachLayer(root, state, groundAnew);
  const trails = new TrailLayer(state, marksAnew);
  state.addEventListener("uncovered", groundAnew);
  marks.tell(news.everything());

  // --- pictures -----------------------------------------------------------------------------------------
  async function groundOf(view, name = "main") {
    if (!ground) return null;
    const answer = await grounds.paint(name, { view, colours, tints: reach.tints() });
    if (answer && name === "main") requestAnimationFrame(firstGround);
    return answer;
  }

  async function marksOf(view) {
    askedAt = performance.now();
    const { loaded } = live;
    marks.tell(news.changes());
    const frame = lens?.frame(view) ?? null;
    const covered = frame && { x: lens.left + view.inner.x, y: lens.top + view.inner.y, w: lens.size[0], h: lens.size[1] };
    if (lens) lens.visible = Boolean(frame);
    if (frame) lensMarksAnew();
    const answer = await paintMarks("main", { view, frame, covered, bar: bar && { ...bar, x: bar.x + view.inner.x, y: bar.y + view.inner.y } });
    if (answer && loaded) requestAnimationFrame(() => firstWhole(answer.found.held));
    return answer;
  }

  const paintMarks = (name, picture) =>
    marks.paint(name, {
      name,
      colours,
      now: live.now(),
      entries: state.entries.map(({ row, urgency }) => [row.number, urgency.state, urgency.text]),
      selected: state.selected,
      ticked: [...state.ticked],
      pin,
      trails: trails.points(),
      ...picture,
    });

  async function lensMarksAnew() {
    const answer = await paintMarks("lens", { view: lens.view, frame: null, covered: lens.named() });
    if (!answer) return;
    lens.hits = answer.found.hits;
    lens.fill("marks", answer.bitmap, colours.ground);
  }

  async function lensGroundAnew() {
    const answer = lens?.view && (await groundOf(lens.view, "lens"));
    if (answer) lens.fill("ground", answer.bitmap, colours.ground);
  }

  /** The ground itself looks different now: reach, or what a dispatch would uncover. */
  function groundAnew() {
    layers.groundAnew();
    lensGroundAnew();
  }

  function marksAnew() {
    clearTimeout(queued); // whoever waits for a picture gets this one
    queued = 0;
    layers.marksAnew();
  }

  function allAnew() {
    colours = { ...palette(), face };
    groundAnew();
    marksAnew();
  }

  // Once all is there the workers begin: earlier they would take the page's time, which draws its first pictures itself. The
  // marks in the timeline are for `bench page`, and for whoever asks in the browser's own tools why a board is slow.
  function firstGround() {
    if (groundStands) return;
    groundStands = true;
    performance.measure("board:ground", { start: asked });
    if (allStands) grounds.hire();
  }

  function firstWhole(held) {
    if (allStands) return;
    allStands = true;
    performance.mark("board:whole", { detail: held });
    marks.tell(news.changes());
    if (groundStands) grounds.hire();
    marks.hire();
  }

  function queue() {
    if (queued || document.hidden || map.dragging.moving()) return; // letting go paints anyway
    queued = setTimeout(() => {
      queued = 0;
      marksAnew();
    }, Math.max(0, REPAINT_MS - (performance.now() - askedAt)));
  }

  function whole() {
    locked = false;
    if (!ground) return;
    const { west, south, east, north } = ground.bounds;
    map.invalidateSize({ pan: false });
    map.fitBounds([[south, west], [north, east]], { padding: [10, 10], animate: false });
    const size = map.getSize();
    // the land moves away from the corner where the lens will stand
    const { right, below } = lens.choose(viewNow(), size.x, size.y);
    const land = L.bounds([map.latLngToContainerPoint([south, west]), map.latLngToContainerPoint([north, east])]);
    const spare = { x: size.x - land.getSize().x - 20, y: size.y - land.getSize().y - 20 };
    map.panBy([((right ? 1 : -1) * spare.x) / 2, ((below ? 1 : -1) * spare.y) / 2], { animate: false });
    lens.fit(viewNow(), size.x, size.y);
    layers.reset();
    lensGroundAnew();
    locked = false;
  }

  function viewNow() {
    const size = map.getSize();
    const pixel = map.getPixelBounds().min;
    return viewAt(map.getZoom(), pixel.x, pixel.y, size.x, size.y);
  }

  function toSelected() {
    const row = state.current?.row;
    if (!row) return gettext("Choose an incident first");
    if (row.lat === null) return gettext("The incident has no place on the map");
    locked = true;
    map.setView([row.lat, row.lon], Math.max(map.getZoom(), 15), { animate: false });
    return "";
  }

  function toLens() {
    if (!lens?.shows(viewNow(), true)) return gettext("The town is shown larger only over the whole district");
    lens.toggle();
    marksAnew();
    return "";
  }

  function showLegend(on = legend.hidden) {
    legend.hidden = !on;
    $("[data-map-act=legend]", root).setAttribute("aria-pressed", String(on));
  }

  /** Each says why nothing was done, where there was nothing to do. */
  const acts = { whole, selected: toSelected, lens: toLens, legend: () => showLegend(), reach: () => reach.toggle() };

  function act(name) {
    const why = acts[name]();
    if (why) refuse(why);
  }

  // --- the hand -----------------------------------------------------------------------------------------
  function hit(point, touch) {
    if (!layers.marks.shown) return null;
    const lensed = lens?.covers(point);
    const { x, y } = lensed ? lens.within(point) : layers.marks.within(point);
    let best = null;
    let reach = touch ? HIT_TOUCH_PX : HIT_PX;
    for (const found of lensed ? lens.hits : layers.marks.found.hits) {
      const away = Math.hypot(found.x - x, found.y - y);
      if (away < reach || (away === reach && found.number)) [best, reach] = [found, away];
    }
    return best;
  }

  function clicked(event) {
    if (picking) {
      stopPicking();
      const { lat, lng } = latLngAt(event.containerPoint);
      return void document.dispatchEvent(new CustomEvent("map:picked", { detail: { lat: +lat.toFixed(6), lon: +lng.toFixed(6) } }));
    }
    const found = hit(event.containerPoint, event.originalEvent.pointerType === "touch");
    if (found?.number) state.select(found.number);
    else if (found?.group) nearer(found.group);
    else if (found?.unit && live.units.has(found.unit)) unitClicked(live.units.get(found.unit));
  }

  function stopPicking() {
    picking = false;
    root.classList.remove("picking");
  }

  function latLngAt(point) {
    if (!lens?.covers(point)) return map.containerPointToLatLng(point);
    const { view } = lens;
    const { x, y } = lens.within(point);
    return map.options.crs.pointToLatLng(L.point(view.x + x, view.y + y), view.zoom);
  }

  /** So near that the units of the group stand apart, or as near as the map goes. */
  function nearer(ids) {
    locked = true;
    const units = ids.map((id) => live.units.get(id)).filter(Boolean);
    const bounds = L.latLngBounds(units.map(({ lat, lon }) => [lat, lon]));
    const zoom = Math.min(map.getBoundsZoom(bounds.pad(0.4)), map.getZoom() + 3);
    map.setView(bounds.getCenter(), Math.max(zoom, Math.min(map.getZoom() + 1, map.getMaxZoom())), { animate: false });
  }

  function unitClicked(unit) {
    trails.choose(unit.id);
    if (unit.incident && live.incidents.has(unit.incident)) state.select(unit.incident);
    else if (unit.status === "free" && state.current && config.may.dispatch) state.tick(unit.id);
  }

  function hover(event) {
    const found = map.dragging.moving() ? null : hit(event.containerPoint);
    box.classList.toggle("over", Boolean(found));
    tip.hidden = !found;
    if (!found) return;
    setText(tip, tipWords(found, state));
    tip.style.left = `${Math.min(event.containerPoint.x + 14, box.clientWidth - 220)}px`;
    tip.style.top = `${event.containerPoint.y + 16}px`;
  }

  const outside = ([x, y], inner) => x < inner.x || y < inner.y || x > inner.x + inner.w || y > inner.y + inner.h;

  function showAge() {
    const words = positionsWords(live);
    const { view } = layers;
    const selected = view && state.current && place(state.current.row, view);
    if (selected && outside(selected, view.inner)) {
      const label = allKeys().find(({ id }) => id === "selected")?.label;
      words.push([fill(gettext("%(number)s is outside the view"), { number: serial(state.selected) }), label].filter(Boolean).join(" "));
    }
    setText($("[data-map-age]", root), words.join(" · "));
  }

  showProof(root, live, [live.proofs.units, live.proofs.incidents], { line: $("[data-proof]", root), strip: $("[data-proof-strip]", root) });
  map.on("click", clicked);
  map.on("mousemove", hover);
  map.on("mouseout", () => (tip.hidden = true));
  map.on("dragstart", () => (locked = true));
  box.addEventListener("wheel", () => (locked = true), { passive: true });
  new ResizeObserver(() => (locked ? map.invalidateSize({ pan: false }) : whole())).observe(box);
  const barNode = $(".map-bar", root);
  const whereBar = new ResizeObserver(() => {
    const { offsetLeft: x, offsetTop: y, offsetWidth: w, offsetHeight: h } = barNode;
    bar = { x, y, w, h };
  });
  for (const node of [box, barNode]) whereBar.observe(node);
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-map-act]");
    if (button) act(button.dataset.mapAct);
  });
  legend.append(...legendNodes());
  showLegend(matchMedia("(min-width: 1601px)").matches);

  state.addEventListener("entries", queue);
  setTimeout(() => setInterval(showAge, AGE_MS), AGE_MS / 2); // between two ticks of the queue: each has a frame of its own
  for (const name of ["select", "tick"]) state.addEventListener(name, marksAnew);
  document.addEventListener("visibilitychange", queue);
  document.addEventListener("modechange", allAnew);
  document.addEventListener("map:pick", () => {
    picking = true;
    root.classList.add("picking");
  });
  document.addEventListener("map:mark", ({ detail }) => {
    pin = detail;
    if (!pin) stopPicking(); // the form is closed: the next click is one on the map again
    marksAnew();
  });
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", allAnew);

  followGround(live, config.urls.grids, (loaded) => {
    ground = loaded;
    grounds.tell({ collection: ground.collection });
    lens ??= new Lens($("[data-lens]", root), $("[data-lens-title]", root), ground);
    lens.ground = ground;
    if (!lens.view && !locked) return whole();
    groundAnew();
    marksAnew();
  });
  setTimeout(() => ground || layers.reset(), GROUND_MS);

  return { act };
}
