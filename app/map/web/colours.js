// What the points can be coloured by. Each way gives a code for each row and one entry of the legend for each code.
import {SYMBOLS} from './symbols.js';

export const MODES = ['type', 'class', 'split', 'hits', 'density'];
export const NEEDS_MAP = new Set(['hits', 'density']);   // these differ from map to map
const SPLITS = {train: '#8b8fef', val: '#c89526', query: '#f657a3', index: '#2f8e67'};
// Few of five neighbours right to all of them: red to blue, apart for every kind of colour vision.
const HITS = ['#b2182b', '#dd6a4c', '#eda77c', '#8dbbdb', '#4592c6', '#2166ac'];
const DENSITY = ['#5a4fa0', '#3c6e9c', '#278a8c', '#2aa578', '#6cc24f', '#c8d53a'];
const UNKNOWN = '#8a93a3';

export function colouring(mode, data, map, words) {
  if (mode === 'class') return byClass(data, words);
  if (mode === 'split') return byCode(data.splits, data.split_names.map(name => ({name: name || words.map_no_split, colour: SPLITS[name] ?? UNKNOWN})));
  if (mode === 'hits') return byCode(map.hits, HITS.map((colour, n) => ({name: `${n}/5`, colour, top: n < 3})));
  if (mode === 'density') return byDensity(map, words);
  return byCode(data.types, data.type_styles.map(style => ({...style})));
}

const byCode = (codes, entries) => ({codes, entries});

// So many classes that a colour cannot name one: neighbouring numbers differ most, by steps of the golden angle.
function byClass(data, words) {
  const entries = data.class_names.map((name, i) => ({
    name: name.replaceAll('_', ' ') || words.unknown_class,
    colour: name ? hsl((i * 137.508) % 360, 0.62, [0.5, 0.62, 0.4][i % 3]) : UNKNOWN,
  }));
  return byCode(data.classes, entries);
}

function byDensity(map, words) {
  const density = map.grid.density(), sorted = density.slice().sort(), codes = new Uint8Array(density.length);
  const limits = DENSITY.slice(1).map((_, i) => sorted[Math.floor((i + 1) / DENSITY.length * sorted.length)]);
  for (let row = 0; row < codes.length; row++) while (codes[row] < limits.length && density[row] >= limits[codes[row]]) codes[row]++;
  const name = i => i === 0 ? words.map_sparse : i === DENSITY.length - 1 ? words.map_dense : '';
  return byCode(codes, DENSITY.map((colour, i) => ({name: name(i), colour})));
}

function hsl(hue, saturation, lightness) {
  const channel = n => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (lightness - saturation * Math.min(lightness, 1 - lightness) * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return `#${[0, 8, 4].map(n => channel(n).toString(16).padStart(2, '0')).join('')}`;
}

export const rgb = colour => [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16));

// (N, 4) bytes and (N,) marker numbers for the renderer.
export function paint({codes, entries}, n) {
  const colours = new Uint8Array(4 * n), symbols = new Uint8Array(n);
  const rgbs = entries.map(entry => rgb(entry.colour)), forms = entries.map(entry => Math.max(0, SYMBOLS.indexOf(entry.symbol ?? 'circle')));
  for (let row = 0; row < n; row++) {
    const [red, green, blue] = rgbs[codes[row]];
    colours[4 * row] = red; colours[4 * row + 1] = green; colours[4 * row + 2] = blue; colours[4 * row + 3] = 255;
    symbols[row] = forms[codes[row]];
  }
  return {colours, symbols};
}
