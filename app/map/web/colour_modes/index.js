// What the colours of the points mean. A new mode is a file in this folder, a line in MODES, and a text `map_by_NAME`.
//
// A mode has
//   name
//   colour(data, projection, {theme, words}) -> {codes: (N,), entries: [{name, detail?, colour, symbol?, scale?, onTop?}]}, one
//                    entry per code; `theme`: light or dark; `scale`: size of the point, 1 by default
// and, where they differ from the default,
//   perProjection    true: the codes depend on the projection
//   load(projections, projection, {shown, numbers})    resolves when the projection has what `colour` needs; may take
//                    long; `shown`: one or two checkpoints; `numbers`: of each mode that has one
//   waiting          the text that is shown meanwhile
//   number           {least, most, word}: a number that the visitor chooses
//   summary(projection)    {type, class}: agreement with the labels, see app/map/clusters.py
//   isAvailable(data, projections, shown)   false: not offered
//   labels           'classes' or 'none' instead of 'types' on the whole map
import {byClass} from './by_class.js';
import {byDensity} from './by_density.js';
import {byHdbscan, byKmeans} from './by_clusters.js';
import {byClassHits, byDifference, byHits} from './by_hits.js';
import {bySplit} from './by_split.js';
import {byType} from './by_type.js';

const MODES = [byType, byClass, bySplit, byHits, byClassHits, byDifference, byKmeans, byHdbscan, byDensity];

export function colourMode(name) {
  const mode = MODES.find(candidate => candidate.name === name);
  if (!mode) throw new Error(`unknown colour mode ${name}: expected ${MODES.map(known => known.name).join(', ')}`);
  return mode;
}

export function availableModes(data, projections, shown) {
  return MODES.filter(mode => mode.isAvailable?.(data, projections, shown) ?? true).map(mode => mode.name);
}
