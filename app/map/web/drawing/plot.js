// One map: a canvas with the points, an overlay above it, and the animation from one projection to another.
//
// plot = new Plot(host, {state, thumbnails, words, events})
// plot.show(projection)                  animates the points to their positions in another projection
// plot.rowAt(x, y, radius)               the row under a pixel of the canvas
import {colourMode} from '../colour_modes/index.js';
import {smoothstep} from '../geometry/interpolation.js';
import {Gestures} from '../input/gestures.js';
import {Camera} from '../geometry/camera.js';
import {labelsAt, thumbnailsAt} from './detail.js';
import {contains} from '../geometry/bounds.js';
import {nearestRow, nextRow, rowsInside} from '../geometry/hit_test.js';
import {rounded} from '../geometry/polygon.js';
import {Overlay} from './overlay.js';
import {pointOrder, pointSize, pointStyles} from './point_style.js';
import {createRenderer} from './renderers/create.js';
import {Transition} from '../geometry/transition.js';

const TRANSITION_MS = 1400;
const LARGE = 20000; // points; beyond, labels and thumbnails wait for the end of a gesture
const DETAIL_DELAY_MS = 90;
const LABEL_HEIGHT_PX = 16;
const AT_POINT_PX = 2;
const OWN_REACH_PX = 45; // from a label to its nearest point
const OVERLAY_CHANGES = new Set(['hovered', 'highlighted', 'current', 'focus', 'thumbnails']); // without the points
const DETAIL_CHANGES = new Set(['mode', 'filter', 'thumbnails', 'focus', 'selection']);
const ORDER_CHANGES = new Set(['mode', 'filter', 'selection']);

export class Plot {
  transition = new Transition();
  camera = new Camera(this.transition, () => this.viewChanged());
  labels = [];
  thumbnailRows = new Set(); // rows that are drawn as thumbnails
  thumbnailSize = 0;
  selectionShape = null; // corners of the rectangle or lasso while it is drawn
  animatingTo = null;

  // `events`: {hover, choose, selectRows, selectRow, clear, scrolled, theme, projectionChanged, rotated}, see Atlas.
  constructor(host, {state, thumbnails, words, events}) {
    Object.assign(this, {host, state, thumbnails, words, events});
    const {name, points, canvas} = createRenderer(this.append('canvas', 'points'), () => this.draw());
    this.host.dataset.renderer = name;
    this.points = points;
    this.canvases = [canvas, this.append('canvas', 'overlay')];
    this.title = this.append('b', 'map-title');
    this.quality = this.append('div', 'map-quality');
    this.overlay = new Overlay(this.canvases[1]);
    this.gestures = new Gestures(this);
    state.subscribe(change => this.stateChanged(change));
    this.resizeObserver = new ResizeObserver(() => this.resize());
    this.resizeObserver.observe(host);
    this.resize();
  }

  append(tag, className) {
    const element = document.createElement(tag);
    element.className = className;
    this.host.append(element);
    return element;
  }

  close() {
    this.resizeObserver.disconnect();
    this.points.close();
    this.isClosed = true;
    this.host.remove();
  }

  get view() {
    return this.camera.view;
  }

  get projection() {
    return this.transition.to;
  }

  // `name`: pan, rotate, rectangle or lasso. `isForTouch`: also for a single finger, which otherwise scrolls the page.
  setTool(name, isForTouch) {
    Object.assign(this.gestures, {tool: name, isToolForTouch: isForTouch});
    Object.assign(this.host.dataset, {tool: name, touch: isForTouch ? 'tool' : 'scroll'});
  }

  stateChanged(change) {
    if (this.isClosed || !this.projection) return;
    if (change === 'mode') this.updateColours();
    if (ORDER_CHANGES.has(change)) this.updateOrder();
    if (DETAIL_CHANGES.has(change)) this.updateDetail();
    this.requestDraw(!OVERLAY_CHANGES.has(change));
  }

  resize() {
    const {clientWidth: width, clientHeight: height} = this.canvases[0];
    if (!width || !height) return; // on a tab that is not open
    this.ratio = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of this.canvases) {
      canvas.width = width * this.ratio;
      canvas.height = height * this.ratio;
    }
    const wasEmpty = this.view.isEmpty;
    Object.assign(this.view, {width, height});
    if (this.projection) {
      if (wasEmpty) this.camera.fit();
      else this.camera.fitIfFitted();
    }
    this.updateDetail();
    this.draw();
  }

  // --- projection

  show(projection) {
    if (this.animatingTo === projection || (this.projection === projection && this.transition.isComplete)) return;
    const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (!this.projection || reducedMotion || this.view.isEmpty) {
      this.interpolate(projection, projection, 1);
      this.camera.keepInView(this.state);
    } else {
      this.animate(this.transition.snapshot(), projection);
    }
  }

  animate(from, to) {
    const start = performance.now();
    this.animatingTo = to;
    const step = now => {
      if (this.isClosed || this.animatingTo !== to) return;
      const elapsed = Math.min((now - start) / TRANSITION_MS, 1);
      this.setTransition(from, to, smoothstep(elapsed));
      if (elapsed < 1) {
        requestAnimationFrame(step);
      } else {
        this.animatingTo = null;
        this.camera.keepInView(this.state);
      }
    };
    requestAnimationFrame(step);
  }

  // Shows a point between two projections; stops a running animation.
  interpolate(from, to, t) {
    this.animatingTo = null;
    this.setTransition(from, to, t);
  }

  setTransition(from, to, t) {
    const previous = this.projection;
    this.transition.set(from, to, t);
    this.updatePositions();
    if (this.projection !== previous) {
      this.camera.limitZoom(this.projection);
      if (!this.colours || colourMode(this.state.mode).perProjection) this.updateColours();
      if (!this.points.data.rows) this.updateOrder();
    }
    this.camera.fitIfFitted();
    if (this.transition.isComplete) this.updateDetail();
    else this.labels = [];
    this.events.projectionChanged(this);
    this.requestDraw();
  }

  updatePositions() {
    const {from, to} = this.transition;
    this.points.setPositions(from.positions, to.positions, to.depth);
  }

  get canRotate() {
    return this.transition.isComplete && this.projection.dims === 3;
  }

  rotate(yaw, pitch) {
    if (!this.canRotate) return;
    this.projection.rotate(yaw, pitch);
    this.rotated();
    this.events.rotated(this);
  }

  setAngles(angles) {
    if (!this.canRotate) return;
    this.projection.setAngles(angles);
    this.rotated();
  }

  rotated() {
    this.camera.refitAfterRotation();
    this.updatePositions();
    this.viewChanged();
  }

  // [x, y, extent, ...angles], see Camera.save.
  restoreView([x, y, extent, ...angles]) {
    if (angles.length) this.setAngles(angles);
    this.camera.restore([x, y, extent]);
  }

  // --- appearance

  updateColours() {
    this.colours = this.coloursOf(this.state.mode);
    const {colours, symbols} = pointStyles(this.colours, this.state.n);
    this.points.setStyles(colours, symbols);
  }

  // {codes, entries} of any colour mode.
  coloursOf(mode) {
    return colourMode(mode).colour(this.state.data, this.projection, {
      theme: this.events.theme().name,
      words: this.words,
    });
  }

  codesOf(mode) {
    return (mode === this.state.mode ? this.colours : this.coloursOf(mode)).codes;
  }

  colourOf(row) {
    return this.colours.entries[this.colours.codes[row]].colour;
  }

  updateOrder() {
    const {rows, foreground} = pointOrder(this.state, this.colours);
    this.points.setOrder(rows, foreground);
  }

  pointSize() {
    return pointSize(this.view, this.state.n, this.projection.bounds);
  }

  updateDetail() {
    const {view, state, projection} = this;
    if (!projection || view.isEmpty || !this.transition.isComplete) return;
    const {size, rows} = thumbnailsAt(view, state, projection);
    this.thumbnailSize = size;
    this.thumbnailRows = rows;
    this.labels = rows.size ? [] : labelsAt(view, state, projection); // thumbnails need no labels
  }

  viewChanged() {
    if (this.state.n < LARGE) {
      this.updateDetail();
    } else {
      clearTimeout(this.detailTimer);
      this.detailTimer = setTimeout(() => {
        this.updateDetail();
        this.requestDraw(false);
      }, DETAIL_DELAY_MS);
    }
    this.requestDraw();
  }

  // Draws in the next frame: everything, or only the overlay.
  requestDraw(points = true) {
    this.pointsOutdated ||= points;
    if (this.isDrawRequested) return;
    this.isDrawRequested = true;
    requestAnimationFrame(() => {
      this.isDrawRequested = false;
      this.draw(this.pointsOutdated);
    });
  }

  draw(points = true) {
    if (this.isClosed || !this.projection || this.view.isEmpty) return;
    const theme = this.events.theme();
    if (points) {
      this.points.draw(this.view, this.drawOptions(theme));
      this.pointsOutdated = false;
    }
    this.overlay.draw(this, theme, this.ratio);
  }

  drawOptions(theme) {
    const isLarge = this.state.n > LARGE;
    return {
      t: this.transition.t,
      size: this.pointSize(),
      alpha: isLarge ? 0.8 : 0.95,
      dimmed: this.state.visibleSelectedCount ? (isLarge ? 0.05 : 0.16) : 0,
      edge: theme.backgroundRgb,
      outline: theme.outlineRgb,
      ratio: this.ratio,
    };
  }

  // --- positions

  screen(row) {
    return this.view.toScreen(...this.transition.position(row));
  }

  queryOnScreen() {
    const position = this.transition.queryPosition(this.state.query);
    return position && this.view.toScreen(...position);
  }

  // The row at a pixel, or -1. `radius`: pixels around a point that count as the point.
  rowAt(screenX, screenY, radius) {
    const [x, y] = this.view.toMap(screenX, screenY);
    const reach = (this.pointSize() / 2 + radius) / this.view.scale;
    const {visible} = this.state;
    const nearest = this.transition.isComplete
      ? this.projection.grid.nearest(x, y, reach, visible)
      : nearestRow(this.transition.positions(), visible, x, y, reach);
    return nearest >= 0 ? nearest : this.thumbnailAt(screenX, screenY);
  }

  // Whether a point is drawn at a pixel, for example that of an image of the gallery that is the query.
  isAtPoint(screenX, screenY) {
    const reach = AT_POINT_PX / this.view.scale;
    return (
      this.transition.isComplete &&
      this.projection.grid.nearest(...this.view.toMap(screenX, screenY), reach, this.state.visible) >= 0
    );
  }

  // What `placeLabels` asks about the points around a label.
  surroundings() {
    const {classes, types} = this.state.data;
    const {grid} = this.projection;
    const reach = OWN_REACH_PX / this.view.scale;
    return {
      pointsIn: box => this.pointsIn(box),
      isOwn: ({code, ofClass}, x, y) => {
        const row = grid.nearest(...this.view.toMap(x, y), reach, this.state.visible);
        return row >= 0 && (ofClass ? classes : types)[row] === code;
      },
    };
  }

  // Visible points below a label {x, y, halfWidth}.
  pointsIn({x, y, halfWidth}) {
    const margin = this.pointSize() / 2;
    const [left, bottom] = this.view.toMap(x - halfWidth - margin, y + LABEL_HEIGHT_PX / 2 + margin);
    const [right, top] = this.view.toMap(x + halfWidth + margin, y - LABEL_HEIGHT_PX / 2 - margin);
    const {positions, grid} = this.projection;
    let count = 0;
    grid.forEachIn([left, bottom, right, top], row => {
      if (this.state.visible[row])
        count += contains([left, bottom, right, top], positions[2 * row], positions[2 * row + 1]);
    });
    return count;
  }

  thumbnailAt(screenX, screenY) {
    const halfSize = this.thumbnailSize / 2;
    const isAt = row => {
      const [x, y] = this.screen(row);
      return Math.abs(x - screenX) < halfSize && Math.abs(y - screenY) < halfSize;
    };
    return [...this.thumbnailRows].find(isAt) ?? -1;
  }

  // Selects the visible rows within a polygon of pixels.
  selectInside(corners, operation) {
    const polygon = corners.map(([x, y]) => this.view.toMap(x, y).map(rounded));
    this.events.selectRows(rowsInside(this.transition.positions(), this.state.visible, polygon), operation, {
      projection: this.transition.isComplete ? this.projection : null,
      polygon,
    });
  }

  nextRow(dx, dy) {
    return nextRow(this.transition.positions(), this.state.visible, this.state.current, dx, dy);
  }
}
