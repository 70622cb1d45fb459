import assert from 'node:assert/strict';
import {test} from 'node:test';
import {boundsOf, insidePolygon} from '../../../../app/map/web/geometry/bounds.js';
import {Grid} from '../../../../app/map/web/geometry/grid.js';
import {nearestRow, nextRow, rowsInside} from '../../../../app/map/web/geometry/hit_test.js';
import {View} from '../../../../app/map/web/geometry/view.js';
import {randomNumbers, randomPoints} from './random.js';

const N = 500;
const positions = randomPoints(N);
const grid = new Grid(positions, boundsOf(positions));
const all = new Uint8Array(N).fill(1);

function view() {
  return Object.assign(new View(), {x: 3, y: 4, scale: 50, width: 800, height: 600});
}

const close = (actual, expected) =>
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-6, `${actual} is not ${expected}`));

test('bounds hold every point and touch the outermost', () => {
  assert.deepEqual(boundsOf([1, 5, -2, 3, 0, 7]), [-2, 3, 1, 7]);
});

test('a point is inside a concave polygon, or in its notch', () => {
  const polygon = [
    [0, 0],
    [4, 0],
    [4, 4],
    [2, 1],
    [0, 4],
  ];
  assert.equal(insidePolygon(polygon, 0.5, 2), true);
  assert.equal(insidePolygon(polygon, 2, 3), false);
  assert.equal(insidePolygon(polygon, 5, 1), false);
});

test('the grid finds the same nearest point as a linear search', () => {
  const random = randomNumbers(2);
  const odd = all.map((_, row) => row % 2);
  let hits = 0;
  for (let i = 0; i < 200; i++) {
    const [x, y, radius] = [12 * random() - 1, 12 * random() - 1, random()];
    const nearest = grid.nearest(x, y, radius, odd);
    assert.equal(nearest, nearestRow(positions, odd, x, y, radius));
    if (nearest >= 0) {
      assert.equal(nearest % 2, 1);
      hits++;
    }
  }
  assert.ok(hits > 50 && hits < 200);
});

test('a rectangle of the grid visits each of its points once', () => {
  const visited = [];
  grid.forEachIn([2, 3, 5, 4], row => visited.push(row));
  assert.equal(new Set(visited).size, visited.length);
  const inside = [...all.keys()].filter(row => {
    const [x, y] = [positions[2 * row], positions[2 * row + 1]];
    return x >= 2 && x <= 5 && y >= 3 && y <= 4;
  });
  assert.ok(inside.length > 5);
  assert.ok(inside.every(row => visited.includes(row)));
});

test('the density of a point is the number of points in the nine cells around it', () => {
  const density = grid.density();
  const cellOf = row => [grid.column(positions[2 * row]), grid.line(positions[2 * row + 1])];
  for (let row = 0; row < N; row += 25) {
    const [column, line] = cellOf(row);
    const isNear = other => Math.abs(cellOf(other)[0] - column) < 2 && Math.abs(cellOf(other)[1] - line) < 2;
    assert.equal(density[row], [...all.keys()].filter(isNear).length);
    let visited = 0;
    grid.forEachIn(grid.neighbourhood(line * grid.columns + column), () => visited++);
    assert.equal(visited, density[row]);
  }
});

test('a grid of a single point, and of points in one place', () => {
  for (const same of [
    [1, 2],
    [1, 2, 1, 2, 1, 2],
  ]) {
    const tiny = new Grid(Float32Array.from(same), boundsOf(same));
    assert.ok(tiny.nearest(1, 2, 0.1, new Uint8Array(3).fill(1)) >= 0);
    assert.equal(tiny.density()[0], same.length / 2);
  }
});

test('pixels and map coordinates are inverse; y points upwards on the map', () => {
  assert.deepEqual(view().toScreen(3, 4), [400, 300]);
  assert.deepEqual(view().toScreen(4, 5), [450, 250]);
  close(view().toMap(...view().toScreen(-1.5, 9)), [-1.5, 9]);
});

test('zooming keeps the point under the pointer, up to the largest scale', () => {
  const zoomed = Object.assign(view(), {maxScale: 120});
  const before = zoomed.toMap(100, 500);
  zoomed.zoom(2, 100, 500);
  assert.equal(zoomed.scale, 100);
  close(zoomed.toMap(100, 500), before);
  zoomed.zoom(2, 100, 500);
  assert.equal(zoomed.scale, 120);
  close(zoomed.toMap(100, 500), before);
});

test('panning moves a point by as many pixels', () => {
  const panned = view();
  panned.pan(30, -20);
  close(panned.toScreen(3, 4), [430, 280]);
});

test('fitting shows the bounds with a margin, and touches it on one axis', () => {
  const fitted = view();
  fitted.fit([0, 0, 10, 2], 40);
  close(fitted.toScreen(0, 1), [40, 300]);
  close(fitted.toScreen(10, 1), [760, 300]);
});

test('rows inside a polygon are visible and inside', () => {
  const visible = all.map((_, row) => (row % 3 ? 1 : 0));
  const triangle = [
    [1, 1],
    [9, 2],
    [4, 8],
  ];
  const expected = [...all.keys()].filter(
    row => visible[row] && insidePolygon(triangle, positions[2 * row], positions[2 * row + 1]),
  );
  assert.ok(expected.length > 20);
  assert.deepEqual(rowsInside(positions, visible, triangle), expected);
});

test('arrow keys move to the nearest visible point in their direction', () => {
  //   2
  // 1 0 3 4      row 3 is hidden
  const cross = [0, 0, -1, 0, 0, 1, 1, 0, 2, 0.5];
  const visible = Uint8Array.from([1, 1, 1, 0, 1]);
  assert.equal(nextRow(cross, visible, 0, -1, 0), 1);
  assert.equal(nextRow(cross, visible, 0, 0, 1), 2);
  assert.equal(nextRow(cross, visible, 0, 1, 0), 4);
  assert.equal(nextRow(cross, visible, 0, 0, -1), 0); // nothing below
  assert.equal(nextRow(cross, visible, -1, 1, 0), 0); // the first visible one
  assert.equal(nextRow(cross, new Uint8Array(5), -1, 1, 0), -1);
});
