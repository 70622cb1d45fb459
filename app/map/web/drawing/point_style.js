// Colour, symbol, size and drawing order of the points.
import {rgbFromHex} from './colours.js';
import {SYMBOLS} from './symbols.js';

const SIZE_PX = {min: 2.6, minOfFew: 7.5, max: 11, maxZoomed: 16};
const FEW = 5000; // points: their symbols can be recognised at every zoom

const SCALE_UNIT = 100; // of the fourth byte: 100 is a point of the usual size

// Colours (N * 4) as bytes: red, green, blue, and the size in percent; symbols (N,) as indices of SYMBOLS.
export function pointStyles({codes, entries}, n) {
  const colours = new Uint8Array(4 * n);
  const symbols = new Uint8Array(n);
  const bytesOf = entries.map(({colour, scale = 1}) => [...rgbFromHex(colour), Math.round(SCALE_UNIT * scale)]);
  const symbolOf = entries.map(entry => Math.max(0, SYMBOLS.indexOf(entry.symbol)));
  for (let row = 0; row < n; row++) {
    colours.set(bytesOf[codes[row]], 4 * row);
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
  const least = n <= FEW ? SIZE_PX.minOfFew : SIZE_PX.min;
  const size = Math.min(Math.max(0.36 * spacing, least), SIZE_PX.max);
  return Math.min(size * zoom ** 0.35, SIZE_PX.maxZoomed);
}
