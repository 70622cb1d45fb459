// A uniform grid over the points, so that hovering inspects a few of 130,000.

const CELL_SIZE = 1.5; // times the mean distance of evenly spread points
const MAX_CELLS_PER_SIDE = 2000;

export class Grid {
  // `positions` (N * 2).
  constructor(positions, [left, bottom, right, top]) {
    const n = positions.length / 2;
    const [width, height] = [right - left, top - bottom];
    Object.assign(this, {positions, left, bottom});
    const spacing = Math.sqrt((width * height) / Math.max(n, 1));
    const smallest = Math.max(width, height) / MAX_CELLS_PER_SIDE;
    this.cellSize = CELL_SIZE * Math.max(spacing, smallest, 1e-6);
    this.columns = Math.floor(width / this.cellSize) + 1;
    this.lines = Math.floor(height / this.cellSize) + 1;
    this.sortRows(n);
  }

  // Counting sort: the rows of cell c are rows[start[c]] to rows[start[c + 1] - 1].
  sortRows(n) {
    this.start = new Uint32Array(this.columns * this.lines + 1);
    this.rows = new Uint32Array(n);
    const cells = new Uint32Array(n);
    for (let row = 0; row < n; row++) {
      const [x, y] = [this.positions[2 * row], this.positions[2 * row + 1]];
      cells[row] = this.line(y) * this.columns + this.column(x);
      this.start[cells[row] + 1]++;
    }
    for (let cell = 0; cell < this.start.length - 1; cell++) this.start[cell + 1] += this.start[cell];
    const next = this.start.slice();
    for (let row = 0; row < n; row++) this.rows[next[cells[row]]++] = row;
  }

  column(x) {
    return Math.min(Math.max(Math.floor((x - this.left) / this.cellSize), 0), this.columns - 1);
  }

  line(y) {
    return Math.min(Math.max(Math.floor((y - this.bottom) / this.cellSize), 0), this.lines - 1);
  }

  // Calls visit(row) for the rows of all cells that intersect the rectangle.
  forEachIn([left, bottom, right, top], visit) {
    const [first, last] = [this.column(left), this.column(right)];
    for (let line = this.line(bottom); line <= this.line(top); line++) {
      const end = this.start[line * this.columns + last + 1];
      for (let i = this.start[line * this.columns + first]; i < end; i++) visit(this.rows[i]);
    }
  }

  // Bounds that reach the middle of the eight cells around a cell: forEachIn visits exactly these nine cells.
  neighbourhood(cell) {
    const x = this.left + ((cell % this.columns) + 0.5) * this.cellSize;
    const y = this.bottom + (Math.floor(cell / this.columns) + 0.5) * this.cellSize;
    return [x - this.cellSize, y - this.cellSize, x + this.cellSize, y + this.cellSize];
  }

  // The nearest row with mask[row] within the radius, or -1.
  nearest(x, y, radius, mask) {
    let smallest = radius * radius;
    let nearest = -1;
    this.forEachIn([x - radius, y - radius, x + radius, y + radius], row => {
      const distance = (this.positions[2 * row] - x) ** 2 + (this.positions[2 * row + 1] - y) ** 2;
      if (distance <= smallest && mask[row]) {
        smallest = distance;
        nearest = row;
      }
    });
    return nearest;
  }

  // (N,) local density: the number of points in the cell of a point and in the eight cells around it.
  density() {
    const density = new Float32Array(this.rows.length);
    for (let cell = 0; cell < this.start.length - 1; cell++) {
      const count = this.start[cell] < this.start[cell + 1] ? this.countAround(cell) : 0;
      for (let i = this.start[cell]; i < this.start[cell + 1]; i++) density[this.rows[i]] = count;
    }
    return density;
  }

  countAround(cell) {
    const [column, line] = [cell % this.columns, Math.floor(cell / this.columns)];
    const [first, last] = [Math.max(column - 1, 0), Math.min(column + 1, this.columns - 1)];
    let count = 0;
    for (let l = Math.max(line - 1, 0); l <= Math.min(line + 1, this.lines - 1); l++) {
      count += this.start[l * this.columns + last + 1] - this.start[l * this.columns + first];
    }
    return count;
  }
}
