// Finds points by place: rows sorted into square cells, so that a hover looks at a few of 130,000.

export class Grid {
  constructor(places, [left, bottom, right, top]) {
    const n = places.length / 2;
    this.places = places;
    this.left = left;
    this.bottom = bottom;
    this.cell = Math.max(Math.sqrt((right - left) * (top - bottom) / Math.max(n, 1)), (right - left) / 2000, (top - bottom) / 2000, 1e-6) * 1.5;
    this.columns = Math.floor((right - left) / this.cell) + 1;
    this.lines = Math.floor((top - bottom) / this.cell) + 1;
    this.start = new Uint32Array(this.columns * this.lines + 1);
    const cells = new Uint32Array(n);
    for (let row = 0; row < n; row++) {
      cells[row] = this.cellOf(places[2 * row], places[2 * row + 1]);
      this.start[cells[row] + 1]++;
    }
    for (let c = 0; c < this.start.length - 1; c++) this.start[c + 1] += this.start[c];
    this.rows = new Uint32Array(n);
    const next = this.start.slice();
    for (let row = 0; row < n; row++) this.rows[next[cells[row]]++] = row;
  }

  cellOf(x, y) { return this.line(y) * this.columns + this.column(x); }
  column(x) { return Math.min(Math.max(Math.floor((x - this.left) / this.cell), 0), this.columns - 1); }
  line(y) { return Math.min(Math.max(Math.floor((y - this.bottom) / this.cell), 0), this.lines - 1); }

  // Calls visit(row) for the rows of all cells that touch the rectangle.
  near([left, bottom, right, top], visit) {
    const [from, to] = [this.column(left), this.column(right)];
    for (let line = this.line(bottom); line <= this.line(top); line++) {
      const end = this.start[line * this.columns + to + 1];
      for (let i = this.start[line * this.columns + from]; i < end; i++) visit(this.rows[i]);
    }
  }

  // The nearest row with mask[row] within the radius, or -1.
  nearest(x, y, radius, mask) {
    let best = radius * radius, found = -1;
    this.near([x - radius, y - radius, x + radius, y + radius], row => {
      const dx = this.places[2 * row] - x, dy = this.places[2 * row + 1] - y, d = dx * dx + dy * dy;
      if (d <= best && mask[row]) { best = d; found = row; }
    });
    return found;
  }

  // Points around each point: those of its cell and the eight beside it, by (N,).
  density() {
    const counts = new Float32Array(this.columns * this.lines);
    for (let line = 0; line < this.lines; line++) for (let column = 0; column < this.columns; column++) {
      let sum = 0;
      for (let l = Math.max(line - 1, 0); l <= Math.min(line + 1, this.lines - 1); l++)
        sum += this.start[l * this.columns + Math.min(column + 2, this.columns)] - this.start[l * this.columns + Math.max(column - 1, 0)];
      counts[line * this.columns + column] = sum;
    }
    const of = new Float32Array(this.rows.length);
    for (let c = 0; c < counts.length; c++) for (let i = this.start[c]; i < this.start[c + 1]; i++) of[this.rows[i]] = counts[c];
    return of;
  }
}

// Even-odd rule; `polygon` holds [x, y] corners.
export function insidePolygon(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i], [xj, yj] = polygon[j];
    if ((yi > y) !== (yj > y) && x < (xj - xi) * (y - yi) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
