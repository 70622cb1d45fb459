// Loads thumbnails by row: few requests at a time, the newest first, the last thousand cached.

const CACHE_SIZE = 1000;
const CONCURRENT = 8;
const MAX_QUEUE = 300;

export class Thumbnails {
  // `urlOf(row)`: a URL, or undefined for an image without a thumbnail; `onload()`: one more can be drawn.
  constructor(urlOf, onload) {
    Object.assign(this, {urlOf, onload});
    this.images = new Map(); // row -> Image, or null while it loads; least recently used first
    this.queue = [];
    this.loading = 0;
  }

  // The image if it is loaded; otherwise requests it and returns null.
  get(row) {
    const image = this.images.get(row);
    if (image === undefined) {
      this.images.set(row, null);
      this.queue.push(row);
      this.next();
    } else if (image) {
      this.images.delete(row);
      this.images.set(row, image);
    }
    return image ?? null;
  }

  next() {
    while (this.loading < CONCURRENT && this.queue.length) {
      const row = this.queue.pop();
      const url = this.urlOf(row);
      if (url) this.request(row, url);
    }
    // Drop the oldest requests: by now the view shows something else.
    if (this.queue.length > MAX_QUEUE) {
      for (const row of this.queue.splice(0, MAX_QUEUE / 2)) this.images.delete(row);
    }
    this.evict();
  }

  request(row, url) {
    const image = new Image();
    this.loading++;
    image.onload = image.onerror = event => {
      this.loading--;
      if (event.type === 'load') {
        this.images.set(row, image);
        this.onload();
      }
      this.next();
    };
    image.src = url;
  }

  evict() {
    for (const [row, image] of this.images) {
      if (this.images.size <= CACHE_SIZE) return;
      if (image) this.images.delete(row);
    }
  }
}
