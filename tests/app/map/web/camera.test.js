import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Projection} from '../../../../app/map/web/data/projection.js';
import {State} from '../../../../app/map/web/data/state.js';
import {Camera} from '../../../../app/map/web/geometry/camera.js';
import {Transition} from '../../../../app/map/web/geometry/transition.js';
import {contains} from '../../../../app/map/web/geometry/bounds.js';
import {randomPoints} from './random.js';

const N = 60;
const first = new Projection('first', randomPoints(N, 2, 1), 2);
const second = new Projection('second', randomPoints(N, 2, 2), 2);
const inSpace = new Projection('space', randomPoints(N, 3, 3), 3);

function cameraOn(projection, size = {width: 800, height: 600}) {
  const transition = new Transition();
  transition.set(projection, projection, 1);
  let moves = 0;
  const camera = new Camera(transition, () => moves++);
  Object.assign(camera.view, size);
  camera.fit();
  return {camera, transition, moves: () => moves};
}

const isInView = ({camera, transition}, row) => contains(camera.view.bounds(), ...transition.position(row));

test('a transition moves every point in a straight line', () => {
  const transition = new Transition();
  transition.set(first, second, 0.25);
  for (const row of [0, 7, N - 1]) {
    const [x, y] = transition.position(row);
    assert.ok(Math.abs(x - (0.75 * first.positions[2 * row] + 0.25 * second.positions[2 * row])) < 1e-5);
    assert.equal(Math.fround(y), transition.positions()[2 * row + 1]);
  }
  assert.equal(transition.isComplete, false);
});

test('a transition at t = 0 is the first projection at rest', () => {
  const transition = new Transition();
  transition.set(first, second, 0);
  assert.equal(transition.to, first);
  assert.equal(transition.isComplete, true);
  assert.equal(transition.positions(), first.positions);
});

test('a snapshot of a transition starts the next one where the points are', () => {
  const transition = new Transition();
  transition.set(first, second, 0.4);
  const before = transition.position(9);
  transition.set(transition.snapshot(), inSpace, 1e-9);
  transition.position(9).forEach((value, axis) => assert.ok(Math.abs(value - before[axis]) < 1e-5));
});

test('the query moves with the points, and is nowhere without coordinates', () => {
  const transition = new Transition();
  transition.set(first, second, 0.5);
  assert.deepEqual(transition.queryPosition({first: [0, 0], second: [4, 2]}), [2, 1]);
  assert.deepEqual(transition.queryPosition({second: [4, 2]}), [4, 2]);
  assert.equal(transition.queryPosition({first: [0, 0]}), null);
  assert.equal(transition.queryPosition(null), null);
});

test('a saved view shows the same on a canvas of another size', () => {
  const {camera} = cameraOn(first);
  camera.zoom(3, 100, 100);
  const [x, y, extent] = camera.save();
  const {camera: other} = cameraOn(first, {width: 400, height: 300});
  other.restore([x, y, extent]);
  assert.equal(other.isFitted, false);
  assert.deepEqual([other.view.x, other.view.y], [camera.view.x, camera.view.y]);
  assert.ok(Math.abs(other.view.scale - camera.view.scale / 2) < 1e-9);
});

test('a fitted view stays fitted when it is restored', () => {
  const {camera} = cameraOn(first);
  assert.equal(camera.save()[2], 0);
  camera.restore(camera.save());
  assert.equal(camera.isFitted, true);
  assert.deepEqual(cameraOn(inSpace).camera.save().slice(3), inSpace.angles);
});

test('after a change of projection the selection is in view', () => {
  const scene = cameraOn(first);
  const state = new State({n: N});
  const distance = row => Math.abs(first.positions[2 * row] - second.positions[2 * row]);
  const row = [...Array(N).keys()].find(candidate => distance(candidate) > 5);
  state.select([row]);
  scene.camera.zoomToRows([row]);
  assert.ok(isInView(scene, row));
  scene.transition.set(second, second, 1);
  assert.ok(!isInView(scene, row));
  scene.camera.keepInView(state);
  assert.ok(isInView(scene, row));
});

test('a view that already shows the selection does not move', () => {
  const scene = cameraOn(first);
  const state = new State({n: N});
  state.select([3]);
  scene.camera.zoomToRows([3]);
  const [before, moves] = [scene.camera.save(), scene.moves()];
  scene.camera.keepInView(state);
  assert.deepEqual(scene.camera.save(), before);
  assert.equal(scene.moves(), moves);
});

test('zooming to rows shows all of them, and a single one not closer than a part of the map', () => {
  const scene = cameraOn(first);
  scene.camera.zoomToRows([1, 2, 3]);
  assert.ok([1, 2, 3].every(row => isInView(scene, row)));
  scene.camera.zoomToRows([1]);
  const [left, , right] = scene.camera.view.bounds();
  assert.ok(right - left > (first.bounds[2] - first.bounds[0]) / 25);
});
