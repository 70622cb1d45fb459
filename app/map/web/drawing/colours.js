// Colour modes: each gives a code for every row, and a legend entry {name, colour, symbol?, onTop?} for every code.

const SPLIT_COLOURS = {train: '#8b8fef', val: '#c89526', query: '#f657a3', index: '#2f8e67'};
// Diverging from red (0 of 5) to blue (5 of 5), safe for all kinds of colour vision.
const HIT_COLOURS = ['#b2182b', '#dd6a4c', '#eda77c', '#8dbbdb', '#4592c6', '#2166ac'];
const DENSITY_COLOURS = ['#5a4fa0', '#3c6e9c', '#278a8c', '#2aa578', '#6cc24f', '#c8d53a'];
const UNKNOWN_COLOUR = '#8a93a3';
const GOLDEN_ANGLE = 137.508; // degrees

// name -> (labels file, projection, UI texts) -> {codes: (N,), entries}
const COLOUR_MODES = {
  type: data => ({codes: data.types, entries: data.type_styles}),
  class: byClass,
  split: bySplit,
  hits: (data, projection) => ({
    codes: projection.hits,
    entries: HIT_COLOURS.map((colour, n) => ({name: `${n}/5`, colour, onTop: n < 3})),
  }),
  density: byDensity,
};
export const MODES = Object.keys(COLOUR_MODES);
// Modes whose codes differ between projections.
export const PROJECTION_MODES = new Set(['hits', 'density']);

export function colourCodes(mode, data, projection, words) {
  return COLOUR_MODES[mode](data, projection, words);
}

// Too many classes for a colour each: steps of the golden angle keep consecutive classes apart.
function byClass(data, projection, words) {
  const entries = data.class_names.map((name, i) => ({
    name: name.replaceAll('_', ' ') || words.unknown_class,
    colour: name ? hexFromHsl((i * GOLDEN_ANGLE) % 360, 0.62, [0.5, 0.62, 0.4][i % 3]) : UNKNOWN_COLOUR,
  }));
  return {codes: data.classes, entries};
}

function bySplit(data, projection, words) {
  const entries = data.split_names.map(name => ({
    name: name || words.map_no_split,
    colour: SPLIT_COLOURS[name] ?? UNKNOWN_COLOUR,
  }));
  return {codes: data.splits, entries};
}

// Six groups of equal size, from sparse to dense.
function byDensity(data, projection, words) {
  const density = projection.grid.density();
  const sorted = density.slice().sort();
  const groups = DENSITY_COLOURS.length;
  const limits = DENSITY_COLOURS.slice(1).map((_, i) => sorted[Math.floor(((i + 1) / groups) * sorted.length)]);
  const codes = Uint8Array.from(density, value => limits.filter(limit => value >= limit).length);
  const names = {0: words.map_sparse, [groups - 1]: words.map_dense};
  return {codes, entries: DENSITY_COLOURS.map((colour, i) => ({name: names[i] ?? '', colour}))};
}

// Hue in degrees, the others 0..1; the formula of CSS Color Module Level 4, section 7.
function hexFromHsl(hue, saturation, lightness) {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = n => {
    const k = (n + hue / 30) % 12;
    return lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return hexFromRgb([channel(0), channel(8), channel(4)].map(value => Math.round(255 * value)));
}

export const hexFromRgb = rgb => `#${rgb.map(value => value.toString(16).padStart(2, '0')).join('')}`;

export const rgbFromHex = colour => [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16));
