// How many of the five nearest neighbours have the object type, or the class, of the image. Errors are warm, large and on
// top; the difference of two checkpoints has the same colours.
import {UNKNOWN_COLOUR} from '../drawing/colours.js';

const COLOURS = {
  light: ['#b3001b', '#d23a00', '#c76a00', '#7c8c9e', '#4d86b5', '#1f5fa8'], // 0 to 5 of 5
  dark: ['#ff5a4f', '#ff8a3d', '#ffb454', '#8496ab', '#5f93c2', '#4a8be0'],
};
const GAINS = {light: ['#4a90d0', '#2166ac', '#123f7a'], dark: ['#7fb8ee', '#4a8be0', '#b9d2ff']}; // +1, +2, more
const SCALES = [1.7, 1.6, 1.4, 1, 1, 1];
const K = 5;
const NO_CLASS = K + 1; // in app/library/packed_files.py

const entry = (theme, hits) => ({colour: COLOURS[theme][hits], scale: SCALES[hits], onTop: hits < 3});
const load = (projections, projection) => projections.loadHits(projection);
const hasTypes = data => data.type_styles.length > 1;
const hasClasses = data => data.class_names.some(Boolean);

export const byHits = {
  name: 'hits',
  perProjection: true,
  waiting: 'map_counting',
  isAvailable: (data, projections) => projections.hasHits && hasTypes(data),
  load,
  colour: (data, projection, {theme}) => ({
    codes: projection.hits,
    entries: Array.from({length: K + 1}, (_, hits) => ({name: `${hits}/${K}`, ...entry(theme, hits)})),
  }),
};

export const byClassHits = {
  name: 'class_hits',
  perProjection: true,
  isAvailable: (data, projections) => projections.hasHits && hasClasses(data),
  waiting: 'map_counting',
  load,
  colour: (data, projection, {theme, words}) => ({
    codes: projection.classHits,
    entries: [
      ...Array.from({length: K + 1}, (_, hits) => ({name: `${hits}/${K}`, ...entry(theme, hits)})),
      {name: words.unknown_class, colour: UNKNOWN_COLOUR},
    ],
  }),
};

// The checkpoint that is shown minus the one that it is compared with, on both maps.
export const byDifference = {
  name: 'difference',
  perProjection: true,
  waiting: 'map_counting',
  isAvailable: (data, projections, shown) => byClassHits.isAvailable(data, projections) && shown.length > 1,
  async load(projections, projection, {shown}) {
    const [one, other] = await Promise.all(shown.map(name => projections.get(name)));
    await Promise.all([load(projections, one), load(projections, other)]);
    projection.difference = Uint8Array.from(one.classHits, (hits, row) =>
      hits === NO_CLASS ? 2 * K + 1 : hits - other.classHits[row] + K,
    );
  },
  colour: (data, projection, {theme, words}) => ({
    codes: projection.difference,
    entries: [
      ...Array.from({length: 2 * K + 1}, (_, code) => differenceEntry(theme, code - K)),
      {name: words.unknown_class, colour: UNKNOWN_COLOUR},
    ],
  }),
};

function differenceEntry(theme, difference) {
  const name = difference > 0 ? `+${difference}` : String(difference);
  if (!difference) return {name, colour: UNKNOWN_COLOUR, scale: 0.6};
  const size = Math.min(Math.abs(difference), 3);
  const colour = difference < 0 ? COLOURS[theme][3 - size] : GAINS[theme][size - 1];
  return {name, colour, scale: 1 + 0.2 * size, onTop: true};
}
