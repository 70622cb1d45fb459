// The state of the component as JSON: an export sends it to the server, a saved page restores it.
import {decodeMask, encodeMask} from './data/bitmask.js';

// Read by app/map/view.py.
export function describeView({state, plots, projections}) {
  const hiddenCodes = Object.entries(state.hiddenCodes).map(([mode, hidden]) => [mode, [...hidden]]);
  return {
    shown: plots.map(plot => plot.projection.name),
    projection_set: projections.id,
    views: plots.map(plot => plot.camera.save()),
    mode: state.mode,
    numbers: state.numbers,
    hidden: Object.fromEntries(hiddenCodes),
    visible: encodeMask(state.visible),
    selected: state.selectedCount ? encodeMask(state.selected) : '',
    query: state.query,
    focus: state.focus,
  };
}

export async function restoreView(atlas, view) {
  const {state} = atlas;
  state.mode = view.mode;
  Object.assign(state.numbers, view.numbers);
  for (const [mode, codes] of Object.entries(view.hidden)) state.hiddenCodes[mode] = new Set(codes);
  await atlas.show(view);
  await atlas.filter.apply();
  await atlas.setMode(view.mode);
  if (view.selected) {
    const mask = decodeMask(view.selected, state.n);
    state.select(state.drawOrder.filter(row => mask[row]));
  }
  atlas.plots.forEach((plot, i) => plot.restoreView(view.views[i]));
}
