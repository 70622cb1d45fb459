// The projection of one checkpoint. A 3-D projection can be rotated; `positions` is what is drawn, always 2-D.
import {boundsOf} from '../geometry/bounds.js';
import {Grid} from '../geometry/grid.js';

const INITIAL_ANGLES = [0.5, 0.35]; // radians, so that depth is visible at first sight

export class Projection {
  // `coordinates` (N * dims), row by row; `dims` 2 or 3.
  constructor(name, coordinates, dims) {
    Object.assign(this, {name, dims});
    if (dims === 2) {
      this.positions = coordinates; // (N * 2)
      this.bounds = boundsOf(coordinates);
      return;
    }
    this.coordinates = coordinates;
    this.depth = new Float32Array(coordinates.length / 3); // -1 farthest from the viewer, 1 nearest
    this.centre = [0, 1, 2].map(axis => meanOf(coordinates, axis));
    this.radius = radiusOf(coordinates, this.centre);
    this.setAngles(INITIAL_ANGLES);
  }

  get grid() {
    return (this.cachedGrid ??= new Grid(this.positions, this.bounds));
  }

  // 3-D only. By radians about the vertical axis (`yaw`) and towards the viewer (`pitch`).
  rotate(yaw, pitch) {
    this.setAngles([this.angles[0] + yaw, this.angles[1] + pitch]);
  }

  setAngles([yaw, pitch]) {
    const angles = [yaw, Math.min(Math.max(pitch, -Math.PI / 2), Math.PI / 2)];
    if (this.angles?.every((angle, i) => angle === angles[i])) return;
    this.angles = angles;
    this.positions = new Float32Array((this.coordinates.length / 3) * 2); // a new array: renderers compare by identity
    for (let row = 0; row < this.depth.length; row++) {
      const i = 3 * row;
      const [x, y, depth] = this.toPlane(this.coordinates[i], this.coordinates[i + 1], this.coordinates[i + 2]);
      this.positions[2 * row] = x;
      this.positions[2 * row + 1] = y;
      this.depth[row] = depth / this.radius;
    }
    const [left, bottom, right, top] = boundsOf(this.positions);
    const [x, y] = [Math.max(-left, right), Math.max(-bottom, top)];
    this.bounds = [-x, -y, x, y]; // symmetric about the centre of rotation
    this.cachedGrid = this.typeLabels = this.classLabels = null;
  }

  // Coordinates -> [x, y] or [x, y, depth] as drawn. Points in front follow the pointer when it rotates the projection.
  toPlane(x, y, z) {
    if (this.dims === 2) return [x, y];
    const [yaw, pitch] = this.angles;
    const [dx, dy, dz] = [x - this.centre[0], y - this.centre[1], z - this.centre[2]];
    const right = dx * Math.cos(yaw) + dz * Math.sin(yaw);
    const front = dz * Math.cos(yaw) - dx * Math.sin(yaw);
    return [right, dy * Math.cos(pitch) - front * Math.sin(pitch), dy * Math.sin(pitch) + front * Math.cos(pitch)];
  }
}

function meanOf(coordinates, axis) {
  let sum = 0;
  for (let i = axis; i < coordinates.length; i += 3) sum += coordinates[i];
  return sum / Math.max(coordinates.length / 3, 1);
}

// From the centre to the farthest point.
function radiusOf(coordinates, [x, y, z]) {
  let radius = 1e-6;
  for (let i = 0; i < coordinates.length; i += 3) {
    radius = Math.max(radius, Math.hypot(coordinates[i] - x, coordinates[i + 1] - y, coordinates[i + 2] - z));
  }
  return radius;
}
