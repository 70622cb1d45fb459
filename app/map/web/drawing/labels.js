// Names on the map: a type at its densest place, a class at its median. A label: {name, code, count, x, y, ...}.

const ABOVE_PX = 13; // from a point to a name beside it
const DISTANCES_PX = [ABOVE_PX, 24, 38, 54]; // of a name from its point
const HALF_HEIGHT_PX = 8;
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
    .map((rows, code) => ({
      name: data.class_names[code].replaceAll('_', ' '),
      code,
      ofClass: true,
      count: rows.length,
      rows,
    }))
    .filter(label => label.count > 1 && label.name)
    .map(({rows, ...label}) => ({...label, ...medianOf(rows, positions)}))
    .sort((a, b) => byCount(a, b) || scatter(a.code) - scatter(b.code));
}

// A fixed order in which classes of equal size are not sorted by type (Knuth's multiplicative hash).
const scatter = code => Math.imul(code + 1, 2654435761) >>> 0;

const byCount = (a, b) => b.count - a.count;

function medianOf(rows, positions) {
  const median = axis => Float32Array.from(rows, row => positions[2 * row + axis]).sort()[rows.length >> 1];
  return {x: median(0), y: median(1)};
}

// Labels that do not overlap, with their pixels `screenX`, `screenY`; at most `limit`, the first ones first. Each takes
// the place near its point that covers the fewest points, among those where the nearest points are its own.
// `widthOf(name)`: pixels. `taken`: boxes {x, y, halfWidth} that stay free. `pointsIn(box)`: points below a box;
// `isOwn(label, x, y)`: whether the point nearest to a pixel belongs to the label.
export function placeLabels(labels, view, widthOf, limit, taken = [], {pointsIn = () => 0, isOwn = () => true} = {}) {
  const boxes = [TITLE_BOX, ...taken];
  const placed = [];
  for (const label of labels) {
    if (placed.length >= limit) break;
    const [pointX, pointY] = view.toScreen(label.x, label.y);
    const halfWidth = widthOf(label.name) / 2 + 6;
    const isBeside = box => isOwn(label, ...nearestPixel(box, pointX, pointY));
    const isFree = box => fitsCanvas(box, view) && !boxes.some(other => overlap(box, other)) && isBeside(box);
    const box = fewestPoints(candidates(pointX, pointY, halfWidth).filter(isFree), pointsIn);
    if (!box) continue;
    boxes.push(box);
    placed.push({...label, screenX: box.x, screenY: box.y});
  }
  return placed;
}

// The nearest places first: above, below, right and left, and the corners between them.
function candidates(x, y, halfWidth) {
  return DISTANCES_PX.flatMap(distance =>
    [
      [0, -1],
      [0, 1],
      [1, 0],
      [-1, 0],
      [1, -1],
      [-1, -1],
      [1, 1],
      [-1, 1],
    ].map(([dx, dy]) => ({x: x + dx * (halfWidth + distance - ABOVE_PX), y: y + dy * distance, halfWidth})),
  );
}

// The pixel of a box that is nearest to a point.
function nearestPixel({x, y, halfWidth}, pointX, pointY) {
  return [
    Math.min(Math.max(pointX, x - halfWidth), x + halfWidth),
    Math.min(Math.max(pointY, y - HALF_HEIGHT_PX), y + HALF_HEIGHT_PX),
  ];
}

// The first of the boxes with the fewest points.
function fewestPoints(boxes, pointsIn) {
  let [best, least] = [null, Infinity];
  for (const box of boxes) {
    const count = pointsIn(box);
    if (count < least) [best, least] = [box, count];
    if (!least) break;
  }
  return best;
}

const fitsCanvas = ({x, y, halfWidth}, {width, height}) =>
  x >= halfWidth && x <= width - halfWidth && y >= 12 && y <= height - 12;

const overlap = (a, b) => Math.abs(a.x - b.x) < a.halfWidth + b.halfWidth && Math.abs(a.y - b.y) < 20;
