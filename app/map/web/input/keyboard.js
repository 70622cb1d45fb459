// Keys on a focused plot: arrows move to the next point (with shift they rotate a 3-D map), Enter chooses it, space
// selects it, + and - zoom, 0 resets the view, Escape clears.

const ROTATION_STEP = 0.12; // radians
const ZOOM_STEP = 1.4;
const MARGIN_PX = 30; // the current point stays this far inside the canvas
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};

const POINT_ACTIONS = {
  Enter: ({state, events}) => events.choose(state.current),
  ' ': ({state, events}) => events.selectRow(state.current, state.selected[state.current] ? 'remove' : 'add'),
};
const PLOT_ACTIONS = {
  '+': plot => plot.camera.zoom(ZOOM_STEP),
  '=': plot => plot.camera.zoom(ZOOM_STEP), // + without shift on many keyboards
  '-': plot => plot.camera.zoom(1 / ZOOM_STEP),
  0: plot => plot.camera.reset(),
  Home: plot => plot.camera.reset(),
  Escape: plot => {
    plot.gestures.cancel();
    plot.events.clear();
  },
};

export function handleKey(event, plot) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const arrow = ARROWS[event.key];
  if (arrow && event.shiftKey && plot.canRotate) plot.rotate(arrow[0] * ROTATION_STEP, -arrow[1] * ROTATION_STEP);
  else if (arrow) moveTo(plot, plot.nextRow(...arrow));
  else if (event.key in POINT_ACTIONS && plot.state.current >= 0) POINT_ACTIONS[event.key](plot);
  else if (event.key in PLOT_ACTIONS) PLOT_ACTIONS[event.key](plot);
  else return;
  event.preventDefault();
}

function moveTo(plot, row) {
  plot.state.set('current', row);
  if (row < 0) return;
  panIntoView(plot, row);
  plot.events.hover(plot, row, plot.screen(row));
}

function panIntoView(plot, row) {
  const [x, y] = plot.screen(row);
  const dx = clamp(x, plot.view.width) - x;
  const dy = clamp(y, plot.view.height) - y;
  if (dx || dy) plot.camera.pan(dx, dy);
}

const clamp = (value, size) => Math.min(Math.max(value, MARGIN_PX), size - MARGIN_PX);
