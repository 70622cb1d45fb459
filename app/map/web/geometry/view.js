// From map coordinates to pixels and back: (x, y) is the centre of the canvas, `scale` pixels per unit; map y points
// upwards, canvas y downwards.

export class View {
  x = 0;
  y = 0;
  scale = 1;
  width = 1; // 1: the canvas has no size yet, for example on a tab that is not open
  height = 1;
  maxScale = Infinity;

  get isEmpty() {
    return this.width === 1;
  }

  toScreen(x, y) {
    return [this.width / 2 + (x - this.x) * this.scale, this.height / 2 - (y - this.y) * this.scale];
  }

  toMap(screenX, screenY) {
    return [this.x + (screenX - this.width / 2) / this.scale, this.y - (screenY - this.height / 2) / this.scale];
  }

  // Bounds of what the canvas shows, with `margin` pixels more on each side.
  bounds(margin = 0) {
    const [left, bottom] = this.toMap(-margin, this.height + margin);
    const [right, top] = this.toMap(this.width + margin, -margin);
    return [left, bottom, right, top];
  }

  // The largest scale at which the bounds fit, with `margin` pixels free on each side.
  scaleToFit([left, bottom, right, top], margin = 0) {
    const [width, height] = [Math.max(right - left, 1e-6), Math.max(top - bottom, 1e-6)];
    return Math.min(Math.max(this.width - 2 * margin, 1) / width, Math.max(this.height - 2 * margin, 1) / height);
  }

  fit(bounds, margin = 0) {
    this.x = (bounds[0] + bounds[2]) / 2;
    this.y = (bounds[1] + bounds[3]) / 2;
    this.scale = this.scaleToFit(bounds, margin);
  }

  pan(dx, dy) {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  // Keeps the map point under (screenX, screenY) where it is.
  zoom(factor, screenX = this.width / 2, screenY = this.height / 2) {
    const [x, y] = this.toMap(screenX, screenY);
    this.scale = Math.min(this.scale * factor, this.maxScale);
    const [newX, newY] = this.toMap(screenX, screenY);
    this.x += x - newX;
    this.y += y - newY;
  }
}
