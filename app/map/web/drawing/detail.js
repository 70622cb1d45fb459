// Level of detail: which labels and which thumbnails are drawn at the current zoom.
import {colourMode} from '../colour_modes/index.js';
import {contains} from '../geometry/bounds.js';
import {classLabels, typeLabels} from './labels.js';

const CLASS_LABEL_ZOOM = 2; // relative to the whole map
const THUMBNAIL_SPACING_PX = 46; // mean distance of points from which thumbnails replace them
const MAX_THUMBNAIL_PX = 96;
const THUMBNAIL_GAP = 1.06; // distance of two thumbnails, in thumbnail sizes

// Types on the whole map, classes close up, if the colour mode has no other preference; none for hidden groups.
export function labelsAt(view, state, projection) {
  const zoom = view.scale / view.scaleToFit(projection.bounds);
  const {labels: preferred} = colourMode(state.mode);
  const ofClasses = zoom > CLASS_LABEL_ZOOM || preferred === 'classes';
  if (!ofClasses && preferred === 'none') return [];
  const labels = ofClasses
    ? (projection.classLabels ??= classLabels(state.data, projection))
    : (projection.typeLabels ??= typeLabels(state.data, projection));
  if (state.visibleCount === state.n) return labels;
  const codes = ofClasses ? state.data.classes : state.data.types;
  const visibleCodes = new Set(codes.filter((_, row) => state.visible[row]));
  return labels.filter(label => visibleCodes.has(label.code));
}

// {size: pixels, rows: Set}: as many thumbnails as do not overlap, the most important first.
export function thumbnailsAt(view, state, projection) {
  const rows = visibleRows(view, state, projection);
  const spacing = Math.sqrt((view.width * view.height) / Math.max(rows.length, 1));
  const size = Math.min(Math.max(spacing * 0.85, view.width < 500 ? 34 : 42), MAX_THUMBNAIL_PX);
  if (!state.showThumbnails && spacing < THUMBNAIL_SPACING_PX) return {size, rows: new Set()};
  const priority = thumbnailPriority(state, projection.name);
  rows.sort((a, b) => priority(a) - priority(b));
  const screen = row => view.toScreen(projection.positions[2 * row], projection.positions[2 * row + 1]);
  return {size, rows: new Set(withoutOverlap(rows, screen, size * THUMBNAIL_GAP))};
}

function visibleRows(view, state, projection) {
  const bounds = view.bounds(30);
  const {positions} = projection;
  const rows = [];
  projection.grid.forEachIn(bounds, row => {
    if (state.visible[row] && contains(bounds, positions[2 * row], positions[2 * row + 1])) rows.push(row);
  });
  return rows;
}

// Smaller is more important: the current image, its neighbours, the selection, then random order.
function thumbnailPriority(state, checkpoint) {
  const neighbours = new Set(state.focus?.neighbours[checkpoint]);
  return row => {
    if (row === state.current) return -3 * state.n;
    if (neighbours.has(row)) return -2 * state.n;
    return state.drawRank[row] - (state.selected[row] ? state.n : 0);
  };
}

// Rows in the given order, without those closer than `size` pixels (in both axes) to an earlier one.
// `screen(row)`: [x, y]. Accepted rows are kept by square cells, so that only nine of them are compared.
export function withoutOverlap(rows, screen, size) {
  const accepted = new Map(); // key of a cell -> [x, y]; a cell has room for one
  const result = [];
  for (const row of rows) {
    const [x, y] = screen(row);
    if (isTaken(accepted, x, y, size)) continue;
    accepted.set(cellKey(Math.floor(x / size), Math.floor(y / size)), [x, y]);
    result.push(row);
  }
  return result;
}

const cellKey = (column, line) => column * 65536 + line;

function isTaken(accepted, x, y, size) {
  const [column, line] = [Math.floor(x / size), Math.floor(y / size)];
  for (let c = column - 1; c <= column + 1; c++) {
    for (let l = line - 1; l <= line + 1; l++) {
      const other = accepted.get(cellKey(c, l));
      if (other && Math.abs(other[0] - x) < size && Math.abs(other[1] - y) < size) return true;
    }
  }
  return false;
}
