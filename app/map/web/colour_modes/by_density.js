const COLOURS = ['#5a4fa0', '#3c6e9c', '#278a8c', '#2aa578', '#6cc24f', '#c8d53a']; // sparse to dense

// Local density of the points on the map, in six groups of equal size.
export const byDensity = {
  name: 'density',
  perProjection: true,
  colour(data, projection, words) {
    const density = projection.grid.density();
    const sorted = density.slice().sort();
    const limits = COLOURS.slice(1).map((_, i) => sorted[Math.floor(((i + 1) / COLOURS.length) * sorted.length)]);
    const codes = Uint8Array.from(density, value => limits.filter(limit => value >= limit).length);
    const names = {0: words.map_sparse, [COLOURS.length - 1]: words.map_dense};
    return {codes, entries: COLOURS.map((colour, i) => ({name: names[i] ?? '', colour}))};
  },
};
