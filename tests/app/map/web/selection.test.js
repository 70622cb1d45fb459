import assert from 'node:assert/strict';
import {test} from 'node:test';
import {fileId, pairs, parseSteps, SelectionSteps} from '../../../../app/map/web/data/selection_steps.js';
import {thinOut} from '../../../../app/map/web/geometry/polygon.js';

const POLYGON = {kind: 'polygon', file: '0a1b', numbers: [0, 1.5, 2, -1e-7, 4, 0]};
const ROW = {kind: 'row', file: 'ff00', numbers: [12]};

test('steps are text, and the text is the steps again', () => {
  const steps = new SelectionSteps();
  steps.add('replace', POLYGON);
  steps.add('add', ROW);
  steps.add('remove', {kind: 'class', file: 'ff00', numbers: [3]});
  assert.equal(steps.text, '=polygon:0a1b:0,1.5,2,-1e-7,4,0;+row:ff00:12;-class:ff00:3');
  const [first, second, third] = parseSteps(steps.text);
  assert.deepEqual(first, {operation: 'replace', ...POLYGON});
  assert.deepEqual(second, {operation: 'add', ...ROW});
  assert.equal(third.operation, 'remove');
});

test('a step that replaces the selection makes the earlier ones superfluous', () => {
  const steps = new SelectionSteps();
  steps.add('replace', POLYGON);
  steps.add('replace', ROW);
  assert.equal(steps.text, '=row:ff00:12');
});

test('a step that a link cannot repeat leaves no text until the selection is replaced', () => {
  const steps = new SelectionSteps();
  steps.add('replace', POLYGON);
  steps.add('add', null);
  assert.equal(steps.text, '');
  steps.add('replace', ROW);
  assert.equal(steps.text, '=row:ff00:12');
  for (let row = 0; row < 1000; row++) steps.add('add', {kind: 'row', file: 'ff00', numbers: [row]});
  assert.equal(steps.text, ''); // too long for an address
});

test('any other text has no steps', () => {
  const texts = ['', 'x', '=row:ff00:', '=row:ff00:1,,2', '=row:ff00:e', '=row:ff00:1;', '=nope:ff00:1', '=row:f<>:1'];
  for (const text of texts) assert.deepEqual(parseSteps(text), [], text);
});

test('files are known by the digest at the end of their name', () => {
  assert.equal(fileId('map/files/points-0123456789abcdef'), '0123456789ab');
});

test('numbers are corners in pairs', () => {
  assert.deepEqual(pairs([1, 2, 3, 4]), [
    [1, 2],
    [3, 4],
  ]);
});

test('a drawn polygon keeps its form with far fewer corners', () => {
  const circle = Array.from({length: 2000}, (_, i) => {
    const angle = (2 * Math.PI * i) / 2000;
    return [200 * Math.cos(angle), 200 * Math.sin(angle)];
  });
  const kept = thinOut(circle);
  assert.ok(kept.length <= 81, kept.length);
  assert.deepEqual(kept[0], circle[0]);
  const area = kept.reduce((sum, [x, y], i) => {
    const [nextX, nextY] = kept[(i + 1) % kept.length];
    return sum + (x * nextY - nextX * y) / 2;
  }, 0);
  assert.ok(Math.abs(area / (Math.PI * 200 ** 2) - 1) < 0.01, area);
  assert.deepEqual(thinOut([[0, 0], [100, 0], [100, 50], [0, 50]]).length, 4); // prettier-ignore
});
