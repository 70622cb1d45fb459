// Where a map stands on its canvas: (x, y) of the map in the middle, pixels a unit, y upwards.

export const boundsOf = places => {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < places.length; i += 2) {
    left = Math.min(left, places[i]); right = Math.max(right, places[i]);
    bottom = Math.min(bottom, places[i + 1]); top = Math.max(top, places[i + 1]);
  }
  return [left, bottom, right, top];
};

export class View {
  x = 0; y = 0; scale = 1; width = 1; height = 1;
  closest = Infinity;   // the largest scale that makes sense

  toScreen(x, y) { return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale]; }
  toMap(sx, sy) { return [this.x + (sx - this.width / 2) / this.scale, this.y - (sy - this.height / 2) / this.scale]; }

  // What lies on the canvas, in units of the map, with some pixels more on each side.
  window(margin = 0) {
    const [left, bottom] = this.toMap(-margin, this.height + margin), [right, top] = this.toMap(this.width + margin, -margin);
    return [left, bottom, right, top];
  }

  fit([left, bottom, right, top], margin = 28) {
    const wide = Math.max(right - left, 1e-6), high = Math.max(top - bottom, 1e-6);
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    this.scale = Math.min(Math.max(this.width - 2 * margin, 1) / wide, Math.max(this.height - 2 * margin, 1) / high);
    return this;
  }

  pan(dx, dy) { this.x -= dx / this.scale; this.y += dy / this.scale; }

  // The place under (sx, sy) stays where it is.
  zoom(factor, sx = this.width / 2, sy = this.height / 2) {
    const [x, y] = this.toMap(sx, sy);
    this.scale = Math.min(this.scale * factor, this.closest);
    const [nx, ny] = this.toMap(sx, sy);
    this.x += x - nx;
    this.y += y - ny;
  }
}
