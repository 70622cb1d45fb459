// Colour, symbol, size and drawing order of the points.
import {rgbFromHex} from './colours.js';
import {SYMBOLS} from './symbols.js';

const SIZE_PX = {min: 2.6, max: 11, maxZoomed: 16};

// Colours (N * 4) as RGBA bytes, and symbols (N,) as indices of SYMBOLS, for the renderers.
export function pointStyles({codes, entries}, n) {
  const colours = new Uint8Array(4 * n).fill(255);
  const symbols = new Uint8Array(n);
  const rgbOf = entries.map(entry => rgbFromHex(entry.colour));
  const symbolOf = entries.map(entry => Math.max(0, SYMBOLS.indexOf(entry.symbol)));
  for (let row = 0; row < n; row++) {
    colours.set(rgbOf[codes[row]], 4 * row);
    symbols[row] = symbolOf[codes[row]];
  }
  return {colours, symbols};
}

// Visible rows: most points, above them those whose legend entry is `onTop`, above all the selection (`foreground` rows).
export function pointOrder({drawOrder, visible, selected, visibleCount}, {codes, entries}) {
  const layers = [[], [], []];
  for (const row of drawOrder) {
    if (visible[row]) layers[selected[row] ? 2 : entries[codes[row]].onTop ? 1 : 0].push(row);
  }
  const rows = new Uint32Array(visibleCount);
  rows.set(layers[0]);
  rows.set(layers[1], layers[0].length);
  rows.set(layers[2], layers[0].length + layers[1].length);
  return {rows, foreground: layers[2].length};
}

// Diameter in pixels: few points are larger than many, and all grow slowly with the zoom.
export function pointSize(view, n, bounds) {
  const spacing = Math.sqrt((view.width * view.height) / Math.max(n, 1));
  const zoom = Math.max(view.scale / view.scaleToFit(bounds), 1);
  const size = Math.min(Math.max(0.36 * spacing, SIZE_PX.min), SIZE_PX.max);
  return Math.min(size * zoom ** 0.35, SIZE_PX.maxZoomed);
}
