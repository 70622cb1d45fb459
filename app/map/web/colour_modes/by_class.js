import {hexFromHsl, UNKNOWN_COLOUR} from '../drawing/colours.js';

const GOLDEN_ANGLE = 137.508; // degrees
const LIGHTNESS = {light: [0.42, 0.5, 0.32], dark: [0.58, 0.7, 0.5]};

// Too many classes for a colour each: steps of the golden angle keep consecutive classes apart.
export const byClass = {
  name: 'class',
  labels: 'classes',
  colour: (data, projection, {theme, words}) => ({
    codes: data.classes,
    entries: data.class_names.map((name, i) => ({
      name: name.replaceAll('_', ' ') || words.unknown_class,
      colour: name ? hexFromHsl((i * GOLDEN_ANGLE) % 360, 0.62, LIGHTNESS[theme][i % 3]) : UNKNOWN_COLOUR,
    })),
  }),
};
