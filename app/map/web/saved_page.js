// The map as a page of its own: all files are inside the page, and it sends nothing.
import {openAtlas} from './atlas.js';
import {decodeBase64, decodeMask} from './data/bitmask.js';
import {unpack} from './data/packed_file.js';

// `content`: what app/map/export.py writes: {setup, files: {url: base64}, thumbnails: {row: data URL}, view}.
export async function openSavedPage(root, {setup, files, thumbnails, view}) {
  const channel = {
    load: async url => unpack(decodeBase64(files[url])),
    thumbnailUrl: row => thumbnails[row],
    send() {},
  };
  const atlas = await openAtlas(root, setup, channel);
  root.atlas = atlas;
  await restore(atlas, view);
}

// `view`: see Atlas.describeView.
async function restore(atlas, view) {
  const {state} = atlas;
  state.mode = view.mode;
  for (const [mode, codes] of Object.entries(view.hidden)) state.hiddenCodes[mode] = new Set(codes);
  await atlas.show(view);
  await atlas.applyFilter();
  await atlas.setMode(view.mode);
  if (view.selected) {
    const mask = decodeMask(view.selected, state.n);
    state.select(state.drawOrder.filter(row => mask[row]));
  }
  atlas.plots.forEach((plot, i) => plot.restoreView(view.views[i]));
}
