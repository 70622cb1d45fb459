// Diverging from red (0 of 5) to blue (5 of 5), safe for all kinds of colour vision.
const COLOURS = ['#b2182b', '#dd6a4c', '#eda77c', '#8dbbdb', '#4592c6', '#2166ac'];

// How many of the five nearest neighbours have the object type of the image; bad ones are drawn on top.
export const byHits = {
  name: 'hits',
  perProjection: true,
  isAvailable: (data, projections) => projections.hasHits,
  load: (projections, projection) => projections.loadHits(projection),
  colour: (data, projection) => ({
    codes: projection.hits,
    entries: COLOURS.map((colour, n) => ({name: `${n}/5`, colour, onTop: n < 3})),
  }),
};
