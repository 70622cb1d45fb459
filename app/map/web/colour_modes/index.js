// What the colours of the points mean. A new mode is a file in this folder, a line in MODES, and a text `map_by_NAME`.
//
// A mode has
//   name
//   colour(data, projection, words) -> {codes: (N,), entries: [{name, colour, symbol?, onTop?}]}, one entry per code
// and, where they differ from the default,
//   perProjection    true: the codes depend on the projection
//   load(projections, projection)    resolves when the projection has what `colour` needs; may take long
//   isAvailable(data, projections)   false: not offered
//   labels           'classes' or 'none' instead of 'types' on the whole map
import {byClass} from './by_class.js';
import {byDensity} from './by_density.js';
import {byHits} from './by_hits.js';
import {bySplit} from './by_split.js';
import {byType} from './by_type.js';

const MODES = [byType, byClass, bySplit, byHits, byDensity];

export function colourMode(name) {
  const mode = MODES.find(candidate => candidate.name === name);
  if (!mode) throw new Error(`unknown colour mode ${name}: expected ${MODES.map(known => known.name).join(', ')}`);
  return mode;
}

export function availableModes(data, projections) {
  return MODES.filter(mode => mode.isAvailable?.(data, projections) ?? true).map(mode => mode.name);
}
