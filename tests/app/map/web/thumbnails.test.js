import assert from 'node:assert/strict';
import {beforeEach, test} from 'node:test';
import {Thumbnails} from '../../../../app/map/web/data/thumbnails.js';

const requests = []; // images that are loading

// Stands in for the browser's Image: the test decides when it is loaded.
class FakeImage {
  set src(url) {
    this.url = url;
    requests.push(this);
  }
}

function finish(image, type = 'load') {
  requests.splice(requests.indexOf(image), 1);
  (type === 'load' ? image.onload : image.onerror)({type});
}

beforeEach(() => {
  globalThis.Image = FakeImage;
  requests.length = 0;
});

test('a thumbnail is requested once and returned when it is loaded', () => {
  let loaded = 0;
  const thumbnails = new Thumbnails(
    row => `images/${row}`,
    () => loaded++,
  );
  assert.equal(thumbnails.get(5), null);
  assert.equal(thumbnails.get(5), null);
  assert.deepEqual(
    requests.map(image => image.url),
    ['images/5'],
  );
  const [image] = requests;
  finish(image);
  assert.equal(thumbnails.get(5), image);
  assert.equal(loaded, 1);
});

test('few load at once, and the newest request is next', () => {
  const thumbnails = new Thumbnails(String, () => {});
  for (let row = 0; row < 20; row++) thumbnails.get(row);
  assert.equal(requests.length, 8);
  finish(requests[0]);
  assert.equal(requests.at(-1).url, '19');
});

test('a failed request is not drawn and makes room for the next', () => {
  const thumbnails = new Thumbnails(String, () => assert.fail('nothing was loaded'));
  for (let row = 0; row < 9; row++) thumbnails.get(row);
  finish(requests[0], 'error');
  assert.equal(requests.length, 8);
  assert.equal(thumbnails.get(0), null);
});

test('an image without a thumbnail requests nothing', () => {
  const thumbnails = new Thumbnails(
    () => undefined,
    () => {},
  );
  assert.equal(thumbnails.get(1), null);
  assert.deepEqual(requests, []);
});

test('old requests are dropped when hundreds are waiting, and can be made again', () => {
  const thumbnails = new Thumbnails(String, () => {});
  for (let row = 0; row < 400; row++) thumbnails.get(row);
  assert.ok(thumbnails.queue.length <= 300);
  const dropped = 8;
  assert.equal(thumbnails.images.has(dropped), false);
  thumbnails.get(dropped);
  finish(requests[0]);
  assert.equal(requests.at(-1).url, String(dropped));
});

test('the least recently used of a thousand is evicted', () => {
  const thumbnails = new Thumbnails(String, () => {});
  for (let row = 0; row < 1000; row++) {
    thumbnails.get(row);
    finish(requests[0]);
  }
  thumbnails.get(0);
  thumbnails.get(1000);
  finish(requests[0]);
  assert.ok(thumbnails.images.has(0));
  assert.equal(thumbnails.images.has(1), false);
  assert.equal(thumbnails.images.size, 1000);
});
