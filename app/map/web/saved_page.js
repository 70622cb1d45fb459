// The map as a page of its own: all files are inside the page, and it sends nothing.
import {openAtlas} from './atlas.js';
import {decodeBase64} from './data/bitmask.js';
import {unpack} from './data/packed_file.js';
import {element} from './panels/elements.js';
import {restoreView} from './view_state.js';

// `content`: what app/map/saved_page.py writes: {setup, files: {url: base64}, thumbnails: {row: data URL}, view}.
export async function openSavedPage(root, {setup, files, thumbnails, view}) {
  const load = url => unpack(decodeBase64(files[url]));
  const neighbours = new SavedNeighbours(setup, load, thumbnails);
  const channel = {
    load: async url => load(url),
    thumbnailUrl: row => thumbnails[row],
    send: (event, data) => neighbours.receive(event, data, root.atlas),
  };
  const atlas = await openAtlas(root, setup, channel);
  root.atlas = atlas;
  root.after(neighbours.root);
  await restoreView(atlas, view);
}

// Shows the neighbours of a point that is clicked: as lines, and as images where the page has them.
class SavedNeighbours {
  constructor(setup, load, thumbnails) {
    Object.assign(this, {setup, load, thumbnails});
    this.root = element('div', {class: 'saved-neighbours'});
  }

  receive(event, {row}, atlas) {
    if (event === 'clear_selection') this.root.replaceChildren();
    if (event !== 'select_image' || !this.setup.maps.every(({neighbours}) => neighbours)) return;
    const {state} = atlas;
    const found = this.setup.maps.map(({name, neighbours}) => [name, rowsOf(this.load(neighbours), row)]);
    state.focus = {row, neighbours: Object.fromEntries(found)};
    state.notify('focus');
    const shown = state.focus.neighbours[atlas.plots[0].projection.name];
    this.root.replaceChildren(...[row, ...shown].map(one => this.figure(one, state.data)));
  }

  figure(row, {classes, class_names: names, types, type_styles: styles}) {
    const image = this.thumbnails[row] && element('img', {src: this.thumbnails[row], alt: ''});
    const name = names[classes[row]].replaceAll('_', ' ') || styles[types[row]].name;
    return element('figure', {}, ...(image ? [image] : []), element('figcaption', {}, name));
  }
}

const rowsOf = ({rows, k}, row) => [...rows.subarray(k * row, k * (row + 1))];
