// Local density of the points on the map, in six groups of equal size.
const COLOURS = {
  light: ['#ad8300', '#7f9100', '#2f9463', '#197f9c', '#3a5f9f', '#46308a'], // sparse to dense
  dark: ['#5a6fd0', '#3f8fc0', '#2ea79a', '#57bf73', '#a3d04e', '#eedd55'],
};
const GROUPS = COLOURS.light.length;

export const byDensity = {
  name: 'density',
  perProjection: true,
  colour(data, projection, {theme, words}) {
    const density = projection.grid.density();
    const sorted = density.slice().sort();
    const limits = Array.from({length: GROUPS - 1}, (_, i) => sorted[Math.floor(((i + 1) / GROUPS) * sorted.length)]);
    const codes = Uint8Array.from(density, value => limits.filter(limit => value >= limit).length);
    const names = {0: words.map_sparse, [GROUPS - 1]: words.map_dense};
    return {codes, entries: COLOURS[theme].map((colour, i) => ({name: names[i] ?? '', colour}))};
  },
};
