// Mouse, touch, pen and keyboard on one plot.
//
// Drag moves the map (or turns one in space), with shift or a selection tool it selects; wheel and pinch zoom; a click chooses a point, with
// shift it adds it to the selection. Arrow keys walk from point to point (with shift they turn a map in space), Enter
// chooses, space adds, Escape clears.

const CLICK_PX = 5;
const REACH_PX = {mouse: 7, pen: 9, touch: 16};
const TURN = 0.12;   // radians by a key
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

export class Gestures {
  tool = 'pan';
  fingers = new Map();

  constructor(plot) {
    this.plot = plot;
    const {host} = plot;
    host.tabIndex = 0;
    const listen = (name, act) => host.addEventListener(name, act, {passive: false});
    listen('pointerdown', event => this.down(event));
    listen('pointermove', event => this.move(event));
    listen('pointerup', event => this.up(event));
    listen('pointercancel', event => { this.fingers.delete(event.pointerId); this.drag = null; plot.shape = null; plot.request(); });
    listen('pointerleave', () => { if (!this.drag) plot.events.hover(plot, -1); });
    listen('wheel', event => { event.preventDefault(); plot.view.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0018)), ...this.place(event)); plot.moved(); this.pointAt(event); });
    listen('dblclick', event => { plot.view.zoom(2, ...this.place(event)); plot.moved(); });
    listen('keydown', event => this.key(event));
    listen('blur', () => plot.events.hover(plot, -1));
  }

  place(event) {
    const box = this.plot.host.getBoundingClientRect();
    return [event.clientX - box.left - this.plot.host.clientLeft, event.clientY - box.top - this.plot.host.clientTop];
  }

  pointAt(event) {
    const at = this.place(event);
    this.plot.events.hover(this.plot, this.plot.pick(...at, REACH_PX[event.pointerType] ?? 7), at);
  }

  down(event) {
    if (event.button > 0 || event.target.closest?.('button')) return;
    this.plot.host.focus({preventScroll: true});
    this.plot.host.setPointerCapture(event.pointerId);
    const at = this.place(event);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size > 1) { this.drag = {kind: 'pinch'}; this.plot.shape = null; return; }
    const kind = event.shiftKey && (this.tool === 'pan' || this.tool === 'turn') ? 'rectangle' : this.tool;
    this.drag = {kind, from: at, last: at, moved: false, path: [at], how: event.shiftKey ? 'add' : event.altKey ? 'remove' : 'replace'};
  }

  move(event) {
    const {plot, drag} = this, at = this.place(event);
    if (!this.fingers.has(event.pointerId)) { this.pointAt(event); return; }
    if (this.fingers.size > 1) { this.pinch(event.pointerId, at); return; }
    this.fingers.set(event.pointerId, at);
    if (!drag || drag.kind === 'pinch') return;
    if (Math.hypot(at[0] - drag.from[0], at[1] - drag.from[1]) > CLICK_PX) drag.moved = true;
    if (!drag.moved) return;
    plot.events.hover(plot, -1);
    if (drag.kind === 'turn') plot.turn((at[0] - drag.last[0]) / 160, (at[1] - drag.last[1]) / 160);
    else if (drag.kind === 'pan') { plot.view.pan(at[0] - drag.last[0], at[1] - drag.last[1]); plot.moved(); }
    else {
      drag.path.push(at);
      const [[left, top], [right, bottom]] = [drag.from, at];
      plot.shape = drag.kind === 'lasso' ? drag.path : [[left, top], [right, top], [right, bottom], [left, bottom]];
      plot.request(false);
    }
    drag.last = at;
  }

  pinch(finger, at) {
    const {view} = this.plot, other = [...this.fingers].find(([id]) => id !== finger)[1], before = this.fingers.get(finger);
    const spread = (p, q) => Math.max(Math.hypot(p[0] - q[0], p[1] - q[1]), 1);
    const middle = p => [(p[0] + other[0]) / 2, (p[1] + other[1]) / 2];
    const [fromX, fromY] = middle(before), [toX, toY] = middle(at);
    view.pan(toX - fromX, toY - fromY);
    view.zoom(spread(at, other) / spread(before, other), toX, toY);
    this.fingers.set(finger, at);
    this.plot.moved();
  }

  up(event) {
    const {plot, drag} = this;
    this.fingers.delete(event.pointerId);
    if (this.fingers.size || !drag) return;
    this.drag = null;
    if (drag.kind === 'pinch') return;
    const {shape} = plot;
    plot.shape = null;
    if (shape && drag.moved) plot.events.select(plot.within(shape), drag.how);
    else if (!drag.moved) {
      const row = plot.pick(...this.place(event), REACH_PX[event.pointerType] ?? 7);
      if (row >= 0 && event.shiftKey) plot.events.select([row], plot.state.selected[row] ? 'remove' : 'add');
      else if (row >= 0) plot.events.choose(row);
    }
    plot.request();
  }

  key(event) {
    const {plot} = this, {state, events} = plot, step = ARROWS[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (step && event.shiftKey && plot.to.dims === 3) plot.turn(step[0] * TURN, -step[1] * TURN);
    else if (step) {
      const row = plot.step(...step);
      state.set('current', row);
      if (row >= 0) { this.keepInSight(row); events.hover(plot, row, plot.screen(row)); }
    }
    else if (event.key === 'Enter' && state.current >= 0) events.choose(state.current);
    else if (event.key === ' ' && state.current >= 0) events.select([state.current], state.selected[state.current] ? 'remove' : 'add');
    else if (event.key === '+' || event.key === '=') { plot.view.zoom(1.4); plot.moved(); }
    else if (event.key === '-') { plot.view.zoom(1 / 1.4); plot.moved(); }
    else if (event.key === '0' || event.key === 'Home') plot.reset();
    else if (event.key === 'Escape') { this.drag = null; plot.shape = null; events.clear(plot); }
    else return;
    event.preventDefault();
  }

  keepInSight(row) {
    const {view} = this.plot, [x, y] = this.plot.screen(row), margin = 30;
    const beyond = (v, size) => v < margin ? margin - v : v > size - margin ? size - margin - v : 0;
    const dx = beyond(x, view.width), dy = beyond(y, view.height);
    if (dx || dy) { view.pan(dx, dy); this.plot.moved(); }
  }
}
