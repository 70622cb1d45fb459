// Names on the map: a type where it is densest, a class in its middle.

// entries of a legend -> [{name, colour, x, y, count}], the largest first.
export function typeLabels(data, map) {
  const {grid, places} = map, best = data.type_styles.map(() => ({count: 0}));
  for (let cell = 0; cell + 1 < grid.start.length; cell++) {
    const from = grid.start[cell], to = grid.start[cell + 1];
    if (from === to) continue;
    const seen = new Map();
    grid.near(around(grid, cell), row => seen.set(data.types[row], (seen.get(data.types[row]) ?? 0) + 1));
    for (const [type, count] of seen) if (count > best[type].count) best[type] = {count, cell};
  }
  return best.flatMap(({count, cell}, type) => {
    if (!count) return [];
    const rows = [];
    grid.near(around(grid, cell), row => { if (data.types[row] === type) rows.push(row); });
    return [{...data.type_styles[type], code: type, count, ...middle(rows, places)}];
  }).sort((a, b) => b.count - a.count);
}

function around({columns, cell, left, bottom}, number) {
  const x = left + (number % columns + 0.5) * cell, y = bottom + (Math.floor(number / columns) + 0.5) * cell;
  return [x - cell, y - cell, x + cell, y + cell];
}

const ABOVE_PX = 13;   // beside its points, not upon them

export function classLabels(data, map, words) {
  const members = data.class_names.map(() => []);
  for (let row = 0; row < data.n; row++) members[data.classes[row]].push(row);
  return members.flatMap((rows, code) => rows.length < 2 || !data.class_names[code] ? [] : [{
    name: data.class_names[code].replaceAll('_', ' '), code, count: rows.length, ...middle(rows, map.places)}]).sort((a, b) => b.count - a.count);
}

const median = values => values.sort()[values.length >> 1];
const middle = (rows, places) => ({x: median(Float32Array.from(rows, row => places[2 * row])), y: median(Float32Array.from(rows, row => places[2 * row + 1]))});

// Those labels that fit: boxes do not touch, at most `most`.
export function fitLabels(context, labels, screen, view, most) {
  const boxes = [{x: 100, y: 18, half: 110}], fitting = [];   // the map's own name stands there
  for (const label of labels) {
    if (fitting.length >= most) break;
    const [x, middle] = screen(label), y = middle - ABOVE_PX, half = context.measureText(label.name).width / 2 + 6;
    if (x < half || y < 12 || x > view.width - half || y > view.height - 12) continue;
    if (boxes.some(box => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < 20)) continue;
    boxes.push({x, y, half});
    fitting.push({...label, sx: x, sy: y});
  }
  return fitting;
}
