import assert from 'node:assert/strict';
import {test} from 'node:test';
import {matchEntries, searchEntries} from '../../../../app/map/web/panels/class_search.js';
import {countByCode} from '../../../../app/map/web/panels/legend.js';

const ENTRIES = searchEntries(['Teddy bear', '', 'polar bear', 'bearing', 'car'], [0, 0, 1, 2, 3, 3, 3]);
const names = (text, limit) => matchEntries(ENTRIES, text, limit).map(entry => entry.name);

test('search entries are counted, and unnamed ones left out', () => {
  assert.deepEqual(
    ENTRIES.map(({name, code, count}) => [name, code, count]),
    [
      ['Teddy bear', 0, 2],
      ['polar bear', 2, 1],
      ['bearing', 3, 3],
      ['car', 4, 0],
    ],
  );
});

test('a search ignores case and puts names that start with the text first', () => {
  assert.deepEqual(names(' BEAR '), ['bearing', 'Teddy bear', 'polar bear']);
  assert.deepEqual(names('bear', 2), ['bearing', 'Teddy bear']);
});

test('nothing is found for an empty text or an unknown name', () => {
  assert.deepEqual(names(' '), []);
  assert.deepEqual(names('zebra'), []);
});

test('the legend counts images and selected images by code', () => {
  const {total, selected} = countByCode([0, 2, 2, 1, 2], [1, 1, 0, 0, 1], 4);
  assert.deepEqual([...total], [1, 1, 3, 0]);
  assert.deepEqual([...selected], [1, 0, 2, 0]);
});
