import {UNKNOWN_COLOUR} from '../drawing/colours.js';

const COLOURS = {train: '#7478e0', val: '#a97812', query: '#e0378a', index: '#2f8e67'};

export const bySplit = {
  name: 'split',
  labels: 'none',
  isAvailable: data => data.split_names.length > 1,
  colour: (data, projection, {words}) => ({
    codes: data.splits,
    entries: data.split_names.map(name => ({
      name: name || words.map_no_split,
      colour: COLOURS[name] ?? UNKNOWN_COLOUR,
    })),
  }),
};
