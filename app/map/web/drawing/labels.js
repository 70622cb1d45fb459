// Names on the map: a type at its densest place, a class at its median. A label: {name, code, count, x, y, ...}.

const ABOVE_PX = 13; // a name is drawn above its points
const BELOW_PX = 50; // from the name of the query to a name below its star
const TITLE_BOX = {x: 100, y: 18, halfWidth: 110}; // the plot's own title is there

// The largest group first.
export function typeLabels(data, {grid, positions}) {
  const densest = data.type_styles.map(() => ({count: 0, cell: -1}));
  for (let cell = 0; cell + 1 < grid.start.length; cell++) {
    if (grid.start[cell] === grid.start[cell + 1]) continue;
    for (const [type, count] of countTypesAround(grid, cell, data.types)) {
      if (count > densest[type].count) densest[type] = {count, cell};
    }
  }
  return densest
    .map(({count, cell}, code) => ({...data.type_styles[code], code, count, cell}))
    .filter(label => label.count)
    .map(({cell, ...label}) => ({...label, ...medianOf(rowsAround(grid, cell, data.types, label.code), positions)}))
    .sort(byCount);
}

// Map of object type -> number of rows in a cell and the eight around it.
function countTypesAround(grid, cell, types) {
  const counts = new Map();
  grid.forEachIn(grid.neighbourhood(cell), row => counts.set(types[row], (counts.get(types[row]) ?? 0) + 1));
  return counts;
}

function rowsAround(grid, cell, types, type) {
  const rows = [];
  grid.forEachIn(grid.neighbourhood(cell), row => {
    if (types[row] === type) rows.push(row);
  });
  return rows;
}

// Classes of at least two images, the largest first.
export function classLabels(data, {positions}) {
  const rowsByClass = data.class_names.map(() => []);
  for (let row = 0; row < data.n; row++) rowsByClass[data.classes[row]].push(row);
  return rowsByClass
    .map((rows, code) => ({name: data.class_names[code].replaceAll('_', ' '), code, count: rows.length, rows}))
    .filter(label => label.count > 1 && label.name)
    .map(({rows, ...label}) => ({...label, ...medianOf(rows, positions)}))
    .sort(byCount);
}

const byCount = (a, b) => b.count - a.count;

function medianOf(rows, positions) {
  const median = axis => Float32Array.from(rows, row => positions[2 * row + axis]).sort()[rows.length >> 1];
  return {x: median(0), y: median(1)};
}

// The first labels that do not overlap, with their pixels `screenX`, `screenY`; at most `limit`.
// `widthOf(name)`: pixels. `taken`: boxes {x, y, halfWidth} that stay free; a name that would lie there moves down.
export function placeLabels(labels, view, widthOf, limit, taken = []) {
  const boxes = [TITLE_BOX];
  const placed = [];
  for (const label of labels) {
    if (placed.length >= limit) break;
    const [x, pointY] = view.toScreen(label.x, label.y);
    const box = {x, y: pointY - ABOVE_PX, halfWidth: widthOf(label.name) / 2 + 6};
    if (taken.some(other => overlap(box, other))) box.y = Math.max(...taken.map(({y}) => y)) + BELOW_PX;
    if (!fitsCanvas(box, view) || boxes.some(other => overlap(box, other))) continue;
    boxes.push(box);
    placed.push({...label, screenX: x, screenY: box.y});
  }
  return placed;
}

const fitsCanvas = ({x, y, halfWidth}, {width, height}) =>
  x >= halfWidth && x <= width - halfWidth && y >= 12 && y <= height - 12;

const overlap = (a, b) => Math.abs(a.x - b.x) < a.halfWidth + b.halfWidth && Math.abs(a.y - b.y) < 20;
