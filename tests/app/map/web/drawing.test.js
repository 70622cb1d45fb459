import assert from 'node:assert/strict';
import {test} from 'node:test';
import {availableModes, colourMode} from '../../../../app/map/web/colour_modes/index.js';
import {Projection} from '../../../../app/map/web/data/projection.js';
import {State} from '../../../../app/map/web/data/state.js';
import {hexFromRgb, rgbFromHex} from '../../../../app/map/web/drawing/colours.js';
import {labelsAt, thumbnailsAt, withoutOverlap} from '../../../../app/map/web/drawing/detail.js';
import {classLabels, placeLabels, typeLabels} from '../../../../app/map/web/drawing/labels.js';
import {pointOrder, pointSize, pointStyles} from '../../../../app/map/web/drawing/point_style.js';
import {CanvasPoints} from '../../../../app/map/web/drawing/renderers/points_canvas.js';
import {SYMBOLS, symbolSvg, traceSymbol} from '../../../../app/map/web/drawing/symbols.js';
import {View} from '../../../../app/map/web/geometry/view.js';
import {randomNumbers, randomPoints} from './random.js';

const WORDS = {
  unknown_class: 'no class',
  map_no_split: 'no split',
  map_sparse: 'sparse',
  map_dense: 'dense',
  map_no_cluster: 'none',
};
const MODES = ['type', 'class', 'split', 'hits', 'class_hits', 'difference', 'kmeans', 'hdbscan', 'density'];
const N = 300;

const colour = (mode, data, projection, theme = 'light') =>
  colourMode(mode).colour(data, projection, {theme, words: WORDS});

// Type 0 around (0, 0), type 1 around (20, 0), with one stray point of type 1 among those of type 0.
function scene() {
  const random = randomNumbers(5);
  const types = Uint8Array.from({length: N}, (_, row) => row % 2);
  const positions = Float32Array.from({length: 2 * N}, (_, i) => random() + (i % 2 === 0 ? 20 * types[i >> 1] : 0));
  positions.set([0.5, 0.5], 2 * 1);
  const data = {
    n: N,
    types,
    type_styles: [
      {name: 'toys', light: '#ff0000', dark: '#ff8080', symbol: 'square'},
      {name: 'cars', light: '#00ff00', dark: '#80ff80', symbol: 'star'},
    ],
    classes: Uint8Array.from({length: N}, (_, row) => (row === 7 ? 3 : row % 3)),
    class_names: ['teddy_bear', '', 'car', 'rare'],
    splits: new Uint8Array(N),
    split_names: [''],
  };
  const projection = new Projection('a', positions, 2);
  projection.hits = Uint8Array.from({length: N}, (_, row) => row % 6);
  projection.classHits = Uint8Array.from({length: N}, (_, row) => row % 7);
  projection.difference = Uint8Array.from({length: N}, (_, row) => row % 12);
  const clusters = {codes: Uint32Array.from({length: N}, (_, row) => row % 4), n_clusters: 3};
  projection.clusters = {kmeans: clusters, hdbscan: clusters};
  const view = Object.assign(new View(), {width: 800, height: 400});
  view.fit(projection.bounds, 20);
  return {data, projection, view, state: new State(data)};
}

test('every colour mode gives each row a legend entry', () => {
  const {data, projection} = scene();
  for (const mode of MODES) {
    const {codes, entries} = colour(mode, data, projection);
    assert.equal(codes.length, N, mode);
    assert.ok(
      codes.every(code => /^#[0-9a-f]{6}$/.test(entries[code].colour)),
      mode,
    );
  }
});

test('modes are offered where the data have something to show', () => {
  const everything = {hasHits: true, clusterings: ['kmeans', 'hdbscan']};
  const styles = [{name: 'toys'}, {name: 'cars'}];
  const labels = {n: 100, split_names: ['query', 'index'], class_names: ['car'], type_styles: styles};
  assert.deepEqual(availableModes(labels, everything, ['a', 'b']), MODES);
  const withOne = MODES.filter(mode => mode !== 'difference');
  assert.deepEqual(availableModes(labels, everything, ['a']), withOne);
  const without = {n: 100, split_names: [''], class_names: [''], type_styles: [{name: 'unknown'}]};
  const few = ['type', 'class', 'density'];
  assert.deepEqual(availableModes(without, {hasHits: false, clusterings: []}, ['a', 'b']), few);
  assert.deepEqual(availableModes({...without, n: 2}, everything, ['a']), few);
});

test('an unknown mode is an error that names the known ones', () => {
  assert.throws(() => colourMode('nope'), /unknown colour mode nope: expected type, class, split, hits, class_hits/);
});

test('names of the legend are readable, also where a label is missing', () => {
  const {data, projection} = scene();
  const names = mode => colour(mode, data, projection).entries.map(entry => entry.name);
  assert.deepEqual(names('class'), ['teddy bear', 'no class', 'car', 'rare']);
  assert.deepEqual(names('split'), ['no split']);
  assert.deepEqual(names('hits'), ['0/5', '1/5', '2/5', '3/5', '4/5', '5/5']);
  assert.deepEqual(names('density'), ['sparse', '', '', '', '', 'dense']);
});

test('each theme has its colours, and errors are larger and on top', () => {
  const {data, projection} = scene();
  for (const mode of ['type', 'class', 'hits', 'difference', 'kmeans', 'density']) {
    const [light, dark] = ['light', 'dark'].map(theme => colour(mode, data, projection, theme).entries);
    assert.notDeepEqual(light, dark, mode);
  }
  const {entries} = colour('hits', data, projection);
  assert.deepEqual(
    entries.map(entry => entry.onTop),
    [true, true, true, false, false, false],
  );
  assert.ok(entries[0].scale > entries[2].scale && entries[2].scale > entries[5].scale);
});

test('a cluster is named after its most frequent type', () => {
  const {data, projection} = scene();
  const types = [0, 1].map(type => data.types.filter((one, row) => row % 4 === 1 && one === type).length);
  const name = `2 · ${data.type_styles[types[1] > types[0] ? 1 : 0].name}`;
  const entries = colour('kmeans', data, projection).entries;
  assert.ok(entries[1].name.startsWith(name));
  assert.equal(entries.length, 4);
});

test('clusters of a second map have the numbers of the clusters that they share most images with', async () => {
  const names = {
    one: {n_clusters: 3, codes: [0, 0, 0, 1, 1, 2, 3]},
    two: {n_clusters: 4, codes: [1, 1, 2, 0, 0, 3, 4]},
  };
  const maps = Object.fromEntries(Object.keys(names).map(name => [name, {name}]));
  const projections = {
    get: async name => maps[name],
    loadClusters: async (map, method) => (map.clusters = {[method]: names[map.name]}),
  };
  const mode = colourMode('kmeans');
  const {data} = scene();
  for (const name of ['one', 'two']) await mode.load(projections, maps[name], {shown: ['one', 'two'], numbers: {}});
  const codes = name => [...mode.colour(data, maps[name], {theme: 'light', words: WORDS}).codes];
  assert.deepEqual(codes('one'), [0, 0, 0, 1, 1, 2, 3]);
  assert.deepEqual(codes('two'), [0, 0, 3, 1, 1, 2, 4]); // the cluster without a partner comes last, then no cluster
});

test('density groups are ordered and of similar size', () => {
  const projection = new Projection('a', randomPoints(600), 2);
  const {codes} = colour('density', {}, projection);
  const density = projection.grid.density();
  const groups = [0, 1, 2, 3, 4, 5].map(code => density.filter((_, row) => codes[row] === code));
  groups.slice(1).forEach((group, i) => assert.ok(Math.min(...group) >= Math.max(...groups[i])));
  assert.ok(groups.every(group => group.length > 40 && group.length < 200));
});

test('consecutive classes have colours far apart', () => {
  const names = Array.from({length: 40}, (_, i) => `class ${i}`);
  const {entries} = colour('class', {class_names: names, classes: []}, null);
  for (let i = 1; i < entries.length; i++) {
    const [a, b] = [rgbFromHex(entries[i - 1].colour), rgbFromHex(entries[i].colour)];
    assert.ok(Math.hypot(...a.map((value, channel) => value - b[channel])) > 60);
  }
});

test('colours survive hexadecimal notation', () => {
  assert.deepEqual(rgbFromHex('#0a80ff'), [10, 128, 255]);
  assert.equal(hexFromRgb([10, 128, 255]), '#0a80ff');
});

test('points get the colour and the symbol of their entry; unknown symbols are circles', () => {
  const entries = [
    {colour: '#010203', symbol: 'star', scale: 1.5},
    {colour: '#040506', symbol: 'nope'},
  ];
  const {colours, symbols} = pointStyles({codes: [1, 0], entries}, 2);
  assert.deepEqual([...colours], [4, 5, 6, 100, 1, 2, 3, 150]);
  assert.deepEqual([...symbols], [0, SYMBOLS.indexOf('star')]);
});

test('the selection is drawn above entries on top, these above the others, and hidden rows not at all', () => {
  const state = new State({n: 8});
  state.select([2, 5]);
  state.hiddenCodes.hits = new Set([2]);
  const codes = [0, 1, 0, 0, 1, 2, 0, 2];
  state.filter({hits: codes});
  const {rows, foreground} = pointOrder(state, {codes, entries: [{}, {onTop: true}, {}]});
  assert.equal(foreground, 1);
  assert.deepEqual([...rows.subarray(0, 3)].sort(), [0, 3, 6]);
  assert.deepEqual([...rows.subarray(3, 5)].sort(), [1, 4]);
  assert.deepEqual([...rows.subarray(5)], [2]);
});

test('points shrink with their number and grow with the zoom, within limits', () => {
  const {view, projection} = scene();
  const size = n => pointSize(view, n, projection.bounds);
  assert.ok(size(10) === 11 && size(3000) < 11 && size(3000) > size(30_000));
  assert.equal(size(10_000_000), 2.6);
  const before = size(3000);
  view.zoom(2);
  assert.ok(size(3000) > before && size(3000) < 2 * before);
  view.zoom(1000);
  assert.equal(size(10), 16);
});

test('the symbols are those of the palette, and each has its own outline', () => {
  const outlines = SYMBOLS.map(symbol => {
    const path = [];
    const record = (...values) => path.push(values.map(value => value.toFixed(3)).join());
    traceSymbol({moveTo: record, lineTo: record, arc: record, closePath() {}}, symbol, 0, 0, 1);
    return path.join(' ');
  });
  assert.equal(new Set(outlines).size, SYMBOLS.length);
  assert.equal(new Set(SYMBOLS.map(symbol => symbolSvg(symbol, '#123456'))).size, SYMBOLS.length);
});

test('a type is labelled where it is densest', () => {
  const {data, projection} = scene();
  const labels = typeLabels(data, projection);
  assert.deepEqual(labels.map(label => label.name).sort(), ['cars', 'toys']);
  const cars = labels.find(label => label.name === 'cars');
  assert.ok(cars.x > 19 && cars.x < 22); // not between its cluster and the stray point
  assert.ok(labels[0].count >= labels[1].count);
});

test('a class is labelled at its median, unless it has one image or no name', () => {
  const {data, projection} = scene();
  assert.deepEqual(
    classLabels(data, projection).map(label => label.name),
    ['teddy bear', 'car'],
  );
});

test('placed labels do not overlap, stay on the canvas, and the first win', () => {
  const random = randomNumbers(6);
  const view = Object.assign(new View(), {x: 5, y: 5, scale: 60, width: 600, height: 600});
  const labels = Array.from({length: 60}, (_, i) => ({name: `label ${i}`, x: 10 * random(), y: 10 * random()}));
  const placed = placeLabels(labels, view, () => 80, 20);
  assert.ok(placed.length > 5 && placed.length <= 20);
  placed.forEach((a, i) => {
    assert.ok(a.screenX >= 40 && a.screenX <= 560 && a.screenY > 0 && a.screenY < 600);
    placed.slice(i + 1).forEach(b => {
      assert.ok(Math.abs(a.screenX - b.screenX) >= 80 || Math.abs(a.screenY - b.screenY) >= 20);
    });
  });
  assert.equal(placeLabels(labels, view, () => 80, 3).length, 3);

  const first = placed.find(label => label.screenY < 500);
  const taken = [{x: first.screenX, y: first.screenY, halfWidth: 40}]; // the name of the query
  const moved = placeLabels([labels.find(({name}) => name === first.name)], view, () => 80, 20, taken);
  assert.ok(Math.abs(moved[0].screenX - first.screenX) >= 80 || Math.abs(moved[0].screenY - first.screenY) >= 20);
  assert.ok(Math.hypot(moved[0].screenX - first.screenX, moved[0].screenY - first.screenY) < 150);
});

test('a label is beside its points where there is room', () => {
  const view = Object.assign(new View(), {scale: 1, width: 600, height: 600});
  const label = {name: 'toys', x: 0, y: 0};
  const place = pointsIn => placeLabels([label], view, () => 40, 9, [], {pointsIn})[0];
  assert.deepEqual([place(() => 0).screenX, place(() => 0).screenY], [300, 287]); // above
  const below = place(({y}) => Number(y < 300));
  assert.ok(below.screenY > 300);
  const crowded = place(({x}) => (x > 330 ? 1 : 5)); // everywhere: the place with the fewest
  assert.ok(crowded.screenX > 330);
  const isOwn = (one, x, y) => y > 305; // other points are above
  const [own] = placeLabels([label], view, () => 40, 9, [], {isOwn});
  assert.ok(own.screenY > 305);
  assert.deepEqual(
    placeLabels([label], view, () => 40, 9, [], {isOwn: () => false}),
    [],
  );
});

test('the whole map has labels of types, a close view of classes', () => {
  const {view, state, projection} = scene();
  const names = () =>
    labelsAt(view, state, projection)
      .map(label => label.name)
      .sort();
  assert.deepEqual(names(), ['cars', 'toys']);
  view.zoom(4);
  assert.deepEqual(names(), ['car', 'teddy bear']);
});

test('hidden types have no label', () => {
  const {view, state, projection} = scene();
  state.hiddenCodes.type = new Set([0]);
  state.filter({type: state.data.types});
  assert.deepEqual(
    labelsAt(view, state, projection).map(label => label.name),
    ['cars'],
  );
});

test('thumbnails do not overlap, and no further one would fit', () => {
  const points = randomPoints(200).map(value => 30 * value);
  const screen = row => [points[2 * row], points[2 * row + 1]];
  const rows = withoutOverlap([...Array(200).keys()], screen, 40);
  const overlaps = (a, b) => Math.abs(screen(a)[0] - screen(b)[0]) < 40 && Math.abs(screen(a)[1] - screen(b)[1]) < 40;
  assert.equal(rows[0], 0);
  for (let row = 0; row < 200; row++) {
    const others = rows.filter(other => other !== row && overlaps(row, other));
    if (rows.includes(row)) assert.equal(others.length, 0);
    else assert.ok(others.length > 0);
  }
});

test('thumbnails appear where there is room or on request, the current image and its neighbours first', () => {
  const {view, state, projection} = scene();
  assert.equal(thumbnailsAt(view, state, projection).rows.size, 0);
  state.showThumbnails = true;
  Object.assign(state, {current: 9, focus: {row: 9, neighbours: {a: [12]}}});
  const {rows, size} = thumbnailsAt(view, state, projection);
  assert.equal([...rows][0], 9);
  assert.ok(rows.size > 1 && size >= 42);
  state.showThumbnails = false;
  view.zoom(100, ...view.toScreen(0.5, 0.5));
  assert.ok(thumbnailsAt(view, state, projection).rows.size > 0);
});

test('without WebGL the points are drawn in order, and dimmed outside the selection', () => {
  const drawn = [];
  const context = {
    setTransform() {},
    clearRect() {},
    fillRect(x, y) {
      drawn.push([x + 1, y + 1, this.fillStyle, this.globalAlpha]);
    },
  };
  const points = new CanvasPoints({getContext: () => context});
  const view = Object.assign(new View(), {width: 100, height: 100, scale: 10});
  points.setPositions([0, 0, 1, 1], [2, 0, 1, 1]);
  points.setStyles(Uint8Array.from([1, 2, 3, 100, 4, 5, 6, 100]), Uint8Array.from([0, 0]));
  points.setOrder([1, 0], 1);
  points.draw(view, {t: 0.5, size: 2, alpha: 0.9, dimmed: 0.1, edge: [0, 0, 0], outline: [0, 0, 0], ratio: 1});
  assert.deepEqual(drawn, [
    [60, 40, 'rgb(4,5,6)', 0.1],
    [60, 50, 'rgb(1,2,3)', 1],
  ]);
});
