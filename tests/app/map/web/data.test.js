import assert from 'node:assert/strict';
import {test} from 'node:test';
import {decodeBase64, decodeMask, encodeMask} from '../../../../app/map/web/data/bitmask.js';
import {Filter} from '../../../../app/map/web/data/filter.js';
import {dequantise, unpack} from '../../../../app/map/web/data/packed_file.js';
import {Projection} from '../../../../app/map/web/data/projection.js';
import {ProjectionStore} from '../../../../app/map/web/data/projection_store.js';
import {State} from '../../../../app/map/web/data/state.js';
import {randomNumbers, randomPoints} from './random.js';

// pack({"n": 3}, {"types": uint8 [2, 0, 1], "classes": uint16 [300, 2, 65535]}) of app/library/packed_files.py.
const PACKED =
  'pAAAAHsibiI6IDMsICJhcnJheXMiOiBbeyJuYW1lIjogInR5cGVzIiwgImtpbmQiOiAidWludDgiLCAib2Zmc2V0IjogMTY4LCAic2l6ZSI6IDN9LCB7Im5hbWUiOiAiY2xhc3NlcyIsICJraW5kIjogInVpbnQxNiIsICJvZmZzZXQiOiAxNzIsICJzaXplIjogM31dfSAgICAgICAgICAgICAgICAgAgABACwBAgD//wAA';

test('a file packed by Python is unpacked', () => {
  const file = unpack(decodeBase64(PACKED));
  assert.equal(file.n, 3);
  assert.deepEqual(file.types, Uint8Array.from([2, 0, 1]));
  assert.deepEqual(file.classes, Uint16Array.from([300, 2, 65535]));
});

test('coordinates are dequantised axis by axis', () => {
  const codes = Uint16Array.from([0, 10, 20, 65535, 1, 2]);
  const coordinates = dequantise({quantised: codes, low: [-1, 5, 0], step: 0.5, dims: 3});
  assert.deepEqual([...coordinates], [-1, 10, 10, 32766.5, 5.5, 1]);
});

test('a mask is one bit per row, lowest first', () => {
  assert.equal(encodeMask(Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 0, 1])), btoa('\x01\x02'));
});

test('masks of any length survive encoding', () => {
  const random = randomNumbers(3);
  for (const n of [1, 7, 8, 9, 40_001]) {
    const mask = Uint8Array.from({length: n}, () => (random() < 0.3 ? 1 : 0));
    assert.deepEqual(decodeMask(encodeMask(mask), n), mask);
  }
});

test('a hidden code hides its rows in every mode, and the selection stays', () => {
  const state = new State({n: 4});
  const changes = [];
  state.subscribe(change => changes.push(change));
  state.select([0, 1]);
  state.hiddenCodes = {type: new Set([1]), split: new Set([0]), class: new Set()};
  state.filter({type: [1, 0, 0, 0], split: [1, 1, 1, 0]});
  assert.deepEqual([...state.visible], [0, 1, 1, 0]);
  assert.equal(state.visibleCount, 2);
  assert.equal(state.selectedCount, 2);
  assert.equal(state.selectedCount - state.visibleSelectedCount, 1);
  assert.deepEqual(changes, ['selection', 'filter']);
});

test('revealing rows switches on only the entries that hide them', async () => {
  const state = new State({n: 4});
  const codes = {type: [0, 1, 2, 2], split: [0, 0, 1, 0]};
  const filter = new Filter(state, async mode => codes[mode]);
  state.hiddenCodes = {type: new Set([1, 2]), split: new Set([1]), density: new Set()};
  await filter.apply();
  assert.deepEqual([...state.visible], [1, 0, 0, 0]);
  await filter.reveal([2]);
  assert.deepEqual([...state.visible], [1, 0, 1, 1]);
  await filter.showAll();
  assert.equal(state.visibleCount, 4);
});

test('a selection is replaced, extended and reduced', () => {
  const state = new State({n: 5});
  state.select([1, 2]);
  state.select([2, 4], 'add');
  assert.deepEqual([...state.selected], [0, 1, 1, 0, 1]);
  state.select([1, 3], 'remove');
  assert.deepEqual([...state.selected], [0, 0, 1, 0, 1]);
  state.select([0]);
  assert.deepEqual([...state.selected], [1, 0, 0, 0, 0]);
  assert.equal(state.selectedCount, 1);
});

test('listeners hear of a hovered row once', () => {
  const state = new State({n: 3});
  let calls = 0;
  state.subscribe(() => calls++);
  state.set('hovered', 2);
  state.set('hovered', 2);
  assert.equal(calls, 1);
});

test('the drawing order is a permutation, mixed and the same every time', () => {
  const {drawOrder, drawRank} = new State({n: 1000});
  assert.deepEqual(drawOrder, new State({n: 1000}).drawOrder);
  assert.equal(new Set(drawOrder).size, 1000);
  assert.ok(drawOrder.every((row, rank) => drawRank[row] === rank));
  const early = drawOrder.subarray(0, 500).filter(row => row < 500).length;
  assert.ok(early > 200 && early < 300);
});

test('a rotation keeps distances from the centre, and front points follow the pointer', () => {
  const projection = new Projection('space', randomPoints(50, 3), 3);
  const norms = () =>
    [...projection.depth].map((depth, row) =>
      Math.hypot(projection.positions[2 * row], projection.positions[2 * row + 1], depth * projection.radius),
    );
  const [before, positions, depth] = [norms(), projection.positions, projection.depth.slice()];
  assert.ok(Math.max(...depth) <= 1 + 1e-6 && Math.min(...depth) >= -1 - 1e-6);
  projection.rotate(0.1, 0);
  norms().forEach((norm, row) => assert.ok(Math.abs(norm - before[row]) < 1e-4));
  const front = depth.indexOf(Math.max(...depth));
  assert.ok(projection.positions[2 * front] > positions[2 * front]);
});

test('a rotation stops at the poles and renews the grid', () => {
  const projection = new Projection('space', randomPoints(50, 3), 3);
  const {grid} = projection;
  projection.rotate(0, 10);
  assert.equal(projection.angles[1], Math.PI / 2);
  assert.notEqual(projection.grid, grid);
});

test('a projection is loaded once, and again for another projection set', async () => {
  const loaded = [];
  const load = async url => {
    loaded.push(url);
    if (url.startsWith('hits')) return {hits: [5]};
    return {quantised: [0, 0], low: [1, 2], step: 1, dims: 2};
  };
  const store = new ProjectionStore(load, 'umap', [{name: 'a', points: 'points-a', hits: 'hits-a'}]);
  const [one, two] = await Promise.all([store.get('a'), store.get('a')]);
  assert.equal(one, two);
  assert.deepEqual([...one.positions], [1, 2]);
  await store.loadHits(one);
  await store.loadHits(one);
  assert.deepEqual(loaded, ['points-a', 'hits-a']);
  assert.equal(store.use('umap', []), false);
  assert.equal(store.use('pca', [{name: 'a', points: 'points-b', hits: null}]), true);
  assert.notEqual(await store.get('a'), one);
  assert.equal(store.hasHits, false);
  assert.deepEqual(loaded, ['points-a', 'hits-a', 'points-b']);
});
