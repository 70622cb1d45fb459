// One map on the page: points below, an overlay above, and the way from one map to another.
import {colouring, paint, NEEDS_MAP} from './colours.js';
import {Gestures} from './gestures.js';
import {insidePolygon} from './grid.js';
import {classLabels, typeLabels} from './labels.js';
import {Overlay} from './overlay.js';
import {placePictures} from './thumbnails.js';
import {FlatPoints} from './points_2d.js';
import {GlPoints} from './points_gl.js';
import {boundsOf, View} from './view.js';

const MORPH_MS = 1400;
const OVER_POINTS = new Set(['hover', 'marked', 'current', 'focus', 'pictures']);   // changes that leave the points as they are
const ROOM_PX = 46;         // points this far apart leave room for pictures

export class Plot {
  view = new View();
  t = 1;
  drawn = new Set();    // rows that are drawn as pictures
  labels = [];
  shape = null;         // corners of the rectangle or lasso, while it is drawn
  home = true;          // the whole map is in view; it stays so when the map changes

  constructor(host, state, pictures, words, events) {
    Object.assign(this, {host, state, pictures, words, events});
    this.canvases = ['points', 'over'].map(name => {
      const canvas = document.createElement('canvas');
      canvas.className = name;
      host.append(canvas);
      return canvas;
    });
    this.title = document.createElement('b');
    this.title.className = 'map-title';
    this.quality = document.createElement('div');
    this.quality.className = 'map-quality';
    host.append(this.title, this.quality);
    this.points = this.renderer();
    this.overlay = new Overlay(this.canvases[1]);
    this.gestures = new Gestures(this);
    state.on(what => this.follow(what));
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(host);
    this.resize();
  }

  renderer() {
    try {
      const points = new GlPoints(this.canvases[0]);
      points.onrestored = () => this.draw();
      return points;
    } catch (error) {
      console.info(`The map is drawn without WebGL 2: ${error.message}`);
      const fresh = this.canvases[0].cloneNode();   // a canvas has one kind of context for life
      this.canvases[0].replaceWith(fresh);
      this.canvases[0] = fresh;
      this.host.dataset.flat = 'yes';
      return new FlatPoints(fresh);
    }
  }

  close() {
    this.resizing.disconnect();
    this.points.close();
    this.closed = true;
    this.host.remove();
  }

  follow(what) {
    if (this.closed || !this.to) return;
    if (what === 'mode') this.colour();
    if (what === 'mode' || what === 'filter' || what === 'selection') this.order();
    if (what === 'mode' || what === 'filter' || what === 'pictures' || what === 'focus' || what === 'selection') this.look();
    this.request(!OVER_POINTS.has(what));
  }

  resize() {
    const {clientWidth: width, clientHeight: height} = this.canvases[0];
    if (!width || !height) return;   // on a tab that is not shown
    this.ratio = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of this.canvases) { canvas.width = width * this.ratio; canvas.height = height * this.ratio; }
    const first = this.view.width === 1;
    Object.assign(this.view, {width, height});
    if (this.to && (first || this.home)) this.fit();
    this.look();
    this.draw();
  }

  // --- which map

  // Shows a map at once, or lets the points walk there.
  show(map, walk = true) {
    if (this.walking === map || this.to === map && this.t === 1) return;
    const quiet = window.matchMedia?.('(prefers-reduced-motion: reduce)').matches;
    if (!this.to || !walk || quiet || this.view.width === 1) { this.between(map, map, 1); this.stayInView(); return; }
    const from = this.t === 1 ? this.to : {name: '', places: this.places(), bounds: this.bounds()};
    const start = performance.now();
    this.walking = map;
    const step = now => {
      if (this.closed || this.walking !== map) return;
      const passed = Math.min((now - start) / MORPH_MS, 1);
      this.between(from, map, passed * passed * (3 - 2 * passed), map);
      if (passed < 1) requestAnimationFrame(step); else { this.walking = null; this.stayInView(); }
    };
    requestAnimationFrame(step);
  }

  // What one looked at lies elsewhere on another map: where nothing of it is in view, it is sought.
  stayInView() {
    const {state, view} = this;
    if (this.home || view.width === 1) return;
    const [left, bottom, right, top] = view.window(0), {places} = this.to, wanted = [];
    for (let row = 0; row < state.n; row++) if (state.shown[row] && (!state.selectedCount || state.selected[row])) wanted.push(row);
    const seen = wanted.some(row => places[2 * row] > left && places[2 * row] < right && places[2 * row + 1] > bottom && places[2 * row + 1] < top);
    if (seen) return;
    if (state.selectedCount && wanted.length) this.seeRows(wanted); else this.reset();
  }

  // The points on their way: t = 0 is `from`, 1 is `to`.
  between(from, to, t, walking = null) {
    this.walking = walking;
    if (t === 0) [from, to, t] = [from, from, 1];
    if (from !== to && from.angles && to.angles) to.face(from.angles);
    const known = this.to === to;
    Object.assign(this, {from, to, t});
    this.points.setPlaces(from.places, to.places, to.near);
    if (!known) {
      this.view.closest = 4000 / Math.max(to.grid.cell, 1e-9);
      if (!this.colours || NEEDS_MAP.has(this.state.mode)) this.colour();
      if (!this.points.given.rows) this.order();
    }
    if (this.home) this.fit();
    if (t === 1) this.look(); else this.labels = [];
    this.events.moved?.(this);
    this.request();
  }

  bounds() { return this.to.bounds.map((v, i) => this.from.bounds[i] + (v - this.from.bounds[i]) * this.t); }
  places() {
    const {from, to, t} = this;
    return t === 1 ? to.places : to.places.map((v, i) => from.places[i] + (v - from.places[i]) * t);
  }
  at(row) {
    const a = this.from.places, b = this.to.places, i = 2 * row;
    return [a[i] + (b[i] - a[i]) * this.t, a[i + 1] + (b[i + 1] - a[i + 1]) * this.t];
  }
  screen(row) { return this.view.toScreen(...this.at(row)); }

  queryPlace() {
    const places = this.state.query, of = map => places?.[map.name] && map.flat(...places[map.name]);
    const to = of(this.to), from = this.t < 1 && of(this.from) || to;
    return to && this.view.toScreen(from[0] + (to[0] - from[0]) * this.t, from[1] + (to[1] - from[1]) * this.t);
  }

  // A map in space, seen from elsewhere.
  turn(around, over) {
    if (this.t !== 1 || this.to.dims !== 3) return;
    this.to.turn(around, over);
    this.turned();
    this.events.turned?.(this);
  }

  // From the side that another map is seen from.
  face(angles) {
    if (!angles || this.t !== 1 || this.to.dims !== 3) return;
    this.to.face(angles);
    this.turned();
  }

  turned() {
    const {scale} = this.view;
    if (this.home) this.fit();
    this.view.scale = Math.min(this.view.scale, scale);   // it moves away where it must, and never comes nearer by itself
    this.points.setPlaces(this.to.places, this.to.places, this.to.near);
    this.lookSoon();
    this.request();
  }

  // --- how it is drawn

  colour() {
    this.colouring = colouring(this.state.mode, this.state.data, this.to, this.words);
    this.colours = paint(this.colouring, this.state.n);
    this.points.setColours(this.colours.colours, this.colours.symbols);
  }
  codesOf(mode) { return mode === this.state.mode ? this.colouring.codes : colouring(mode, this.state.data, this.to, this.words).codes; }
  colourOf(row) { return this.colouring.entries[this.colouring.codes[row]].colour; }

  order() {
    const {shuffled, shown, selected, shownCount} = this.state, {codes, entries} = this.colouring;
    const rows = new Uint32Array(shownCount), tops = [], chosen = [];
    let i = 0;
    for (const row of shuffled) if (shown[row]) {
      if (selected[row]) chosen.push(row);
      else if (entries[codes[row]].top) tops.push(row);
      else rows[i++] = row;
    }
    rows.set(tops, i);
    rows.set(chosen, i + tops.length);
    this.points.setOrder(rows, chosen.length);
  }

  pointSize() {
    const {view, state} = this, [left, bottom, right, top] = this.to.bounds;
    const room = Math.sqrt(view.width * view.height / Math.max(state.n, 1));
    const whole = Math.min(view.width / (right - left || 1), view.height / (top - bottom || 1));
    const near = Math.max(view.scale / whole, 1);
    return Math.min(Math.min(Math.max(0.36 * room, 2.6), 11) * near ** 0.35, 16);
  }

  // What is worth seeing at this zoom: pictures where there is room, names of types or of classes.
  look() {
    const {view, state, to} = this;
    if (!to || view.width === 1 || this.t !== 1) return;
    const whole = new View();
    Object.assign(whole, {width: view.width, height: view.height}).fit(to.bounds);
    const near = view.scale / whole.scale;
    const byClass = near > 2.2 || state.mode === 'class';
    if (byClass) this.labels = to.classLabels ??= classLabels(state.data, to, this.words);
    else this.labels = state.mode === 'split' ? [] : to.typeLabels ??= typeLabels(state.data, to);
    if (state.shownCount < state.n) {   // no names of what is switched off
      const codes = byClass ? state.data.classes : state.data.types, there = new Set();
      for (let row = 0; row < state.n; row++) if (state.shown[row]) there.add(codes[row]);
      this.labels = this.labels.filter(label => there.has(label.code));
    }
    const {places} = to, [left, bottom, right, top] = view.window(30), visible = [];
    to.grid.near([left, bottom, right, top], row => {
      const x = places[2 * row], y = places[2 * row + 1];
      if (state.shown[row] && x >= left && x <= right && y >= bottom && y <= top) visible.push(row);
    });
    const room = Math.sqrt(view.width * view.height / Math.max(visible.length, 1));
    this.pictureSize = Math.min(Math.max(room * 0.85, view.width < 500 ? 34 : 42), 96);
    const wanted = state.pictures || room >= ROOM_PX;
    const first = new Set(state.focus?.neighbours[to.name]);
    const rank = row => row === state.current ? -3 * state.n : first.has(row) ? -2 * state.n : state.turn[row] - (state.selected[row] ? state.n : 0);
    const rows = wanted ? visible.sort((a, b) => rank(a) - rank(b)) : [];
    this.drawn = new Set(placePictures(rows, row => this.screen(row), this.pictureSize * 1.06));
    if (this.drawn.size) this.labels = [];   // the pictures say it
  }

  // Draws in the next frame: everything, or only what lies over the points.
  request(points = true) {
    this.stale ||= points;
    if (this.requested) return;
    this.requested = true;
    requestAnimationFrame(() => { this.requested = false; this.draw(this.stale); });
  }

  draw(points = true) {
    if (this.closed || !this.to || this.view.width === 1) return;
    const theme = this.events.theme(), start = performance.now();
    const alpha = this.state.n > 20000 ? 0.8 : 0.95;
    if (points) this.points.draw(this.view, {t: this.t, size: this.pointSize(), alpha, edge: theme.paperRgb, outline: theme.outline, ratio: this.ratio, dimmed: this.state.selectedCount ? (this.state.n > 20000 ? 0.05 : 0.16) : 0});
    if (points) this.stale = false;
    this.overlay.draw(this, theme, this.ratio);
    this.drawMs = performance.now() - start;
  }

  // --- where one looks

  fit(bounds = this.bounds()) { this.view.fit(bounds, Math.min(this.view.width, this.view.height) * 0.06); }
  reset() { this.home = true; this.fit(); this.look(); this.request(); }
  moved() { this.home = false; this.lookSoon(); this.request(); }
  lookSoon() {
    if (this.state.n < 20000) { this.look(); return; }
    clearTimeout(this.looking);
    this.looking = setTimeout(() => { this.look(); this.request(false); }, 90);
  }
  // What is looked at, on a canvas of any size: the middle and the shorter side in units of the map (0 for all of it), and in space from where.
  place() {
    const {view} = this;
    return [view.x, view.y, this.home ? 0 : Math.min(view.width, view.height) / view.scale, ...this.to.angles ?? []];
  }
  goTo([x, y, side, ...angles]) {
    const {view} = this;
    if (angles.length) this.face(angles);
    if (!side) return;
    Object.assign(view, {x, y, scale: Math.min(view.width, view.height) / side});
    this.moved();
  }
  seeRows(rows) {
    if (!rows.length) return;
    const bounds = boundsOf(Float32Array.from(rows.flatMap(row => this.at(row))));
    const least = Math.max(this.to.bounds[2] - this.to.bounds[0], this.to.bounds[3] - this.to.bounds[1]) / 25;
    const grow = Math.max(0, (least - Math.max(bounds[2] - bounds[0], bounds[3] - bounds[1])) / 2);
    this.view.fit([bounds[0] - grow, bounds[1] - grow, bounds[2] + grow, bounds[3] + grow], Math.min(this.view.width, this.view.height) * 0.18);
    this.moved();
  }

  // --- which points

  // The row at a place of the canvas, or -1. A picture counts as far as it reaches.
  pick(sx, sy, reach) {
    const [x, y] = this.view.toMap(sx, sy), within = (this.pointSize() / 2 + reach) / this.view.scale;
    const found = this.t === 1 ? this.to.grid.nearest(x, y, within, this.state.shown) : this.nearest(x, y, within);
    if (found >= 0 || !this.drawn.size) return found;
    const half = this.pictureSize / 2;
    return [...this.drawn].find(row => { const [px, py] = this.screen(row); return Math.abs(px - sx) < half && Math.abs(py - sy) < half; }) ?? -1;
  }

  // Points on their way from map to map stand in no grid.
  nearest(x, y, within) {
    let best = within * within, found = -1;
    for (let row = 0; row < this.state.n; row++) if (this.state.shown[row]) {
      const [px, py] = this.at(row), distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance <= best) { best = distance; found = row; }
    }
    return found;
  }

  // Rows shown within corners that are given in pixels.
  within(corners) {
    const polygon = corners.map(([sx, sy]) => this.view.toMap(sx, sy)), rows = [];
    const bounds = boundsOf(Float32Array.from(polygon.flat())), places = this.places();
    for (let row = 0; row < this.state.n; row++) {
      const x = places[2 * row], y = places[2 * row + 1];
      if (this.state.shown[row] && x >= bounds[0] && x <= bounds[2] && y >= bounds[1] && y <= bounds[3] && insidePolygon(polygon, x, y)) rows.push(row);
    }
    return rows;
  }

  // The nearest point that lies mostly in the direction (dx, dy).
  step(dx, dy) {
    const {state} = this, places = this.places();
    if (state.current < 0) return state.shown.indexOf(1);
    const x = places[2 * state.current], y = places[2 * state.current + 1];
    let best = Infinity, next = state.current;
    for (let row = 0; row < state.n; row++) if (state.shown[row]) {
      const along = (places[2 * row] - x) * dx + (places[2 * row + 1] - y) * dy;
      const across = Math.abs((places[2 * row] - x) * dy) + Math.abs((places[2 * row + 1] - y) * dx);
      if (along > 0 && along >= across && along + 2 * across < best) { best = along + 2 * across; next = row; }
    }
    return next;
  }
}
