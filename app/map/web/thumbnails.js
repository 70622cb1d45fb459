// Small pictures by row: a few requests at a time, the latest wish first, the last thousand kept.

const KEPT = 1000, AT_ONCE = 8;

export class Pictures {
  constructor(address, onload) {
    this.address = address;   // row -> URL, or nothing where there is no picture
    this.onload = onload;
    this.images = new Map();
    this.wanted = [];
    this.loading = 0;
  }

  // The picture if it is here; else it is asked for.
  get(row) {
    const image = this.images.get(row);
    if (image === undefined) { this.images.set(row, null); this.wanted.push(row); this.next(); }
    else if (image) { this.images.delete(row); this.images.set(row, image); }
    return image || null;
  }

  next() {
    while (this.loading < AT_ONCE && this.wanted.length) {
      const row = this.wanted.pop(), url = this.address(row);
      if (!url) continue;
      const image = new Image();
      this.loading++;
      image.onload = image.onerror = event => {
        this.loading--;
        if (event.type === 'load') { this.images.set(row, image); this.onload(); }
        this.next();
      };
      image.src = url;
    }
    // Wishes that were overtaken by many others are forgotten, not fulfilled late.
    if (this.wanted.length > 300) for (const row of this.wanted.splice(0, 150)) this.images.delete(row);
    for (const [row, image] of this.images) {
      if (this.images.size <= KEPT) break;
      if (image) this.images.delete(row);
    }
  }
}

// Which rows are drawn as pictures of `size` px: in a fixed order, as many as do not cover each other.
export function placePictures(rows, screen, size) {
  const taken = new Map(), chosen = [];
  for (const row of rows) {
    const [x, y] = screen(row), column = Math.floor(x / size), line = Math.floor(y / size);
    let free = true;
    for (let c = column - 1; free && c <= column + 1; c++) for (let l = line - 1; free && l <= line + 1; l++) {
      const other = taken.get(c * 4096 + l);
      if (other && Math.abs(other[0] - x) < size && Math.abs(other[1] - y) < size) free = false;
    }
    if (free) { taken.set(column * 4096 + line, [x, y]); chosen.push(row); }
  }
  return chosen;
}
