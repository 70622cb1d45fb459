// Mouse, touch and pen on one plot.
//
// Dragging pans the map, rotates a 3-D one, or selects, depending on the tool; with shift it always selects. Wheel and
// pinch zoom. A click chooses a point; with shift it adds the point to the selection. A single finger scrolls the page
// until the visitor chooses a tool; two fingers always move the map.
import {thinOut} from '../geometry/polygon.js';
import {handleKey} from './keyboard.js';

const DRAG_PX = 5; // a shorter movement is a click
const HIT_RADIUS_PX = {mouse: 7, pen: 9, touch: 16};
const ZOOM_PER_PX = 0.0018; // exponents
const ZOOM_PER_LINE = 0.05; // wheels may report lines instead of pixels
const PX_PER_RADIAN = 160;

export class Gestures {
  tool = 'pan'; // pan, rotate, rectangle or lasso
  isToolForTouch = false; // also for a single finger
  pointers = new Map(); // pointerId -> [x, y] of pressed pointers
  drag = null;

  constructor(plot) {
    this.plot = plot;
    plot.host.tabIndex = 0;
    const listeners = {
      pointerdown: event => this.pointerDown(event),
      pointermove: event => this.pointerMove(event),
      pointerup: event => this.pointerUp(event),
      pointercancel: event => this.cancel(event.pointerId),
      pointerleave: () => {
        if (!this.drag) plot.events.hover(plot, -1);
      },
      wheel: event => this.wheel(event),
      dblclick: event => plot.camera.zoom(2, ...this.position(event)),
      keydown: event => handleKey(event, plot),
      blur: () => plot.events.hover(plot, -1),
      touchstart: keepTwoFingers,
      touchmove: keepTwoFingers,
    };
    for (const [name, listener] of Object.entries(listeners)) {
      plot.host.addEventListener(name, listener, {passive: false});
    }
  }

  // [x, y] on the canvas.
  position(event) {
    const {host} = this.plot;
    const box = host.getBoundingClientRect();
    return [event.clientX - box.left - host.clientLeft, event.clientY - box.top - host.clientTop];
  }

  rowAt(event) {
    return this.plot.rowAt(...this.position(event), HIT_RADIUS_PX[event.pointerType] ?? HIT_RADIUS_PX.mouse);
  }

  hover(event) {
    this.plot.events.hover(this.plot, this.rowAt(event), this.position(event));
  }

  wheel(event) {
    event.preventDefault();
    const speed = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? ZOOM_PER_PX : ZOOM_PER_LINE;
    this.plot.camera.zoom(Math.exp(-event.deltaY * speed), ...this.position(event));
    this.hover(event);
  }

  // Ends a drag; without a pointer id the pointers stay pressed.
  cancel(pointerId) {
    this.pointers.delete(pointerId);
    this.drag = null;
    this.plot.selectionShape = null;
    this.plot.requestDraw();
  }

  pointerDown(event) {
    const {plot} = this;
    if (event.button > 0) return;
    plot.host.focus({preventScroll: true});
    plot.host.setPointerCapture(event.pointerId);
    const start = this.position(event);
    this.pointers.set(event.pointerId, start);
    if (this.pointers.size > 1) {
      this.drag = {tool: 'pinch'};
      plot.selectionShape = null;
      return;
    }
    const selects = this.tool === 'rectangle' || this.tool === 'lasso';
    const isScroll = event.pointerType === 'touch' && !this.isToolForTouch;
    const tool = isScroll ? 'scroll' : event.shiftKey && !selects ? 'rectangle' : this.tool;
    const operation = event.shiftKey ? 'add' : event.altKey ? 'remove' : 'replace';
    this.drag = {tool, operation, path: [start], hasMoved: false};
  }

  pointerMove(event) {
    const {plot, drag} = this;
    if (!this.pointers.has(event.pointerId)) return this.hover(event);
    const position = this.position(event);
    if (this.pointers.size > 1) return this.pinch(event.pointerId, position);
    this.pointers.set(event.pointerId, position);
    if (!drag || drag.tool === 'pinch') return;
    const [start, previous] = [drag.path[0], drag.path.at(-1)];
    drag.hasMoved ||= Math.hypot(position[0] - start[0], position[1] - start[1]) > DRAG_PX;
    if (!drag.hasMoved) return;
    plot.events.hover(plot, -1);
    drag.path.push(position);
    const [dx, dy] = [position[0] - previous[0], position[1] - previous[1]];
    if (drag.tool === 'scroll') plot.events.scrolled();
    else if (drag.tool === 'pan') plot.camera.pan(dx, dy);
    else if (drag.tool === 'rotate') plot.rotate(dx / PX_PER_RADIAN, dy / PX_PER_RADIAN);
    else {
      plot.selectionShape = drag.tool === 'lasso' ? drag.path : rectangle(start, position);
      plot.requestDraw(false);
    }
  }

  // Pans by the movement of the midpoint and zooms by the change of distance.
  pinch(pointerId, position) {
    const {camera} = this.plot;
    const before = this.pointers.get(pointerId);
    const other = [...this.pointers].find(([id]) => id !== pointerId)[1];
    const distance = point => Math.max(Math.hypot(point[0] - other[0], point[1] - other[1]), 1);
    const [x, y] = [(position[0] + other[0]) / 2, (position[1] + other[1]) / 2];
    camera.pan((position[0] - before[0]) / 2, (position[1] - before[1]) / 2);
    camera.zoom(distance(position) / distance(before), x, y);
    this.pointers.set(pointerId, position);
  }

  pointerUp(event) {
    const {plot, drag} = this;
    this.pointers.delete(event.pointerId);
    if (this.pointers.size || !drag) return;
    const shape = plot.selectionShape;
    this.drag = null;
    plot.selectionShape = null;
    if (drag.tool === 'pinch') return;
    if (shape) plot.selectInside(thinOut(shape), drag.operation);
    else if (!drag.hasMoved) this.click(event);
    plot.requestDraw();
  }

  click(event) {
    const {events, state} = this.plot;
    const row = this.rowAt(event);
    if (row < 0) return;
    if (event.shiftKey) events.selectRow(row, state.selected[row] ? 'remove' : 'add');
    else events.choose(row);
  }
}

// The browser would scroll the page with them.
function keepTwoFingers(event) {
  if (event.touches.length > 1) event.preventDefault();
}

const rectangle = ([left, top], [right, bottom]) => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];
