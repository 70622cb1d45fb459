// The map in a file of its own: everything stands in the page, nothing is asked of any server.
import {openAtlas} from './atlas.js';
import {fromBase64, maskFrom, unpack} from './data.js';

export async function openStandAlone(root, {setup, files, pictures, view}) {
  const channel = {load: async url => unpack(fromBase64(files[url])), picture: row => pictures[row], send() {}};
  const atlas = root.atlas = await openAtlas(root, setup, channel), {state} = atlas;
  state.mode = view.mode;
  for (const [mode, codes] of Object.entries(view.hidden)) state.hidden[mode] = new Set(codes);
  await atlas.show({shown: view.shown, query: view.query, focus: view.focus});
  await atlas.refilter();
  await atlas.setMode(view.mode);
  if (view.selected) {
    const mask = maskFrom(view.selected, state.n);
    state.select(state.shuffled.filter(row => mask[row]));
  }
  atlas.plots.forEach((plot, i) => plot.goTo(view.views[i]));
  return atlas;
}
