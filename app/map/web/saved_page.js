// The map as a page of its own: all files are inside the page, and it sends nothing.
import {openAtlas} from './atlas.js';
import {decodeBase64} from './data/bitmask.js';
import {unpack} from './data/packed_file.js';
import {restoreView} from './view_state.js';

// `content`: what app/map/saved_page.py writes: {setup, files: {url: base64}, thumbnails: {row: data URL}, view}.
export async function openSavedPage(root, {setup, files, thumbnails, view}) {
  const channel = {
    load: async url => unpack(decodeBase64(files[url])),
    thumbnailUrl: row => thumbnails[row],
    send() {},
  };
  const atlas = await openAtlas(root, setup, channel);
  root.atlas = atlas;
  await restoreView(atlas, view);
}
