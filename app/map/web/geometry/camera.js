// Which part of the map a plot shows. While `isFitted`, it is the whole map, also after the map or the canvas changes.
import {boundsOf, contains} from './bounds.js';
import {View} from './view.js';

const FIT_MARGIN = 0.06; // fractions of the shorter side of the canvas
const ROWS_MARGIN = 0.18;
const MIN_ROWS_EXTENT = 1 / 25; // of the map; a single point is not zoomed in further
const MAX_CELL_PX = 4000;

export class Camera {
  isFitted = true;
  view = new View();

  // `onmove()` is called after each change by the visitor.
  constructor(transition, onmove) {
    Object.assign(this, {transition, onmove});
  }

  get side() {
    return Math.min(this.view.width, this.view.height);
  }

  fit() {
    this.view.fit(this.transition.bounds(), this.side * FIT_MARGIN);
  }

  fitIfFitted() {
    if (this.isFitted) this.fit();
  }

  reset() {
    this.isFitted = true;
    this.fit();
    this.onmove();
  }

  moved() {
    this.isFitted = false;
    this.onmove();
  }

  pan(dx, dy) {
    this.view.pan(dx, dy);
    this.moved();
  }

  zoom(factor, screenX, screenY) {
    this.view.zoom(factor, screenX, screenY);
    this.moved();
  }

  limitZoom(projection) {
    this.view.maxScale = MAX_CELL_PX / projection.grid.cellSize;
  }

  // After a rotation the whole map fits again; it may move away from the viewer but not closer.
  refitAfterRotation() {
    const {scale} = this.view;
    this.fitIfFitted();
    this.view.scale = Math.min(this.view.scale, scale);
  }

  zoomToRows(rows) {
    if (!rows.length) return;
    const [left, bottom, right, top] = boundsOf(rows.flatMap(row => this.transition.position(row)));
    const whole = this.transition.to.bounds;
    const smallest = Math.max(whole[2] - whole[0], whole[3] - whole[1]) * MIN_ROWS_EXTENT;
    const padding = Math.max(0, (smallest - Math.max(right - left, top - bottom)) / 2);
    this.view.fit([left - padding, bottom - padding, right + padding, top + padding], this.side * ROWS_MARGIN);
    this.moved();
  }

  // After a change of projection: pan to the selection, or to all visible points, if none of them is in view.
  keepInView(state) {
    if (this.isFitted || this.view.isEmpty) return;
    const bounds = this.view.bounds();
    const wanted = state.drawOrder.filter(row => state.visible[row] && (!state.selectedCount || state.selected[row]));
    if (wanted.some(row => contains(bounds, ...this.transition.position(row)))) return;
    if (state.selectedCount && wanted.length) this.zoomToRows([...wanted]);
    else this.reset();
  }

  // [x, y, extent, ...angles] for a canvas of any size: the centre, the extent of the shorter side in map units (0 for
  // the whole map), and the angles of a 3-D projection.
  save() {
    const extent = this.isFitted ? 0 : this.side / this.view.scale;
    return [this.view.x, this.view.y, extent, ...(this.transition.to.angles ?? [])];
  }

  restore([x, y, extent]) {
    if (!extent) return;
    Object.assign(this.view, {x, y, scale: this.side / extent});
    this.moved();
  }
}
