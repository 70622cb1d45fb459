// One map: where each picture lies, flat or in space. A map in space is a flat one that can be turned.
import {Grid} from './grid.js';
import {boundsOf} from './view.js';

export class PointMap {
  // `places` (2N,) or (3N,): x, y and perhaps z in turn.
  constructor(name, places, dims) {
    Object.assign(this, {name, dims});
    if (dims === 2) { this.places = places; this.bounds = boundsOf(places); return; }
    this.space = places;
    this.near = new Float32Array(places.length / 3);   // -1 farthest from the eye, 1 nearest
    this.middle = [0, 1, 2].map(axis => mean(places, axis));
    let reach = 1e-6;   // from the middle to the farthest point
    for (let i = 0; i < places.length; i += 3)
      reach = Math.max(reach, Math.hypot(places[i] - this.middle[0], places[i + 1] - this.middle[1], places[i + 2] - this.middle[2]));
    this.reach = reach;
    this.angles = [0.5, 0.35];
    this.turn(0, 0);
  }

  get grid() { return this.made ??= new Grid(this.places, this.bounds); }

  // By radians around the upright axis and towards the eye.
  turn(around, over) {
    this.angles = [this.angles[0] + around, Math.min(Math.max(this.angles[1] + over, -Math.PI / 2), Math.PI / 2)];
    this.places = new Float32Array(this.space.length / 3 * 2);
    for (let row = 0; row < this.places.length / 2; row++) {
      const [x, y, near] = this.flat(this.space[3 * row], this.space[3 * row + 1], this.space[3 * row + 2]);
      this.places[2 * row] = x;
      this.places[2 * row + 1] = y;
      this.near[row] = near / this.reach;
    }
    const [left, bottom, right, top] = boundsOf(this.places), wide = Math.max(-left, right), high = Math.max(-bottom, top);
    this.bounds = [-wide, -high, wide, high];   // from this side, around the middle, about which it turns
    this.made = this.typeLabels = this.classLabels = null;
  }

  // From the side that another map is seen from.
  face([around, over]) {
    if (this.angles[0] !== around || this.angles[1] !== over) { this.angles = [around, over]; this.turn(0, 0); }
  }

  // A place of this map -> where it is drawn, and in space how near to the eye: what lies in front follows the hand.
  flat(x, y, z) {
    if (this.dims === 2) return [x, y];
    const [around, over] = this.angles, [mx, my, mz] = this.middle;
    const right = (x - mx) * Math.cos(around) + (z - mz) * Math.sin(around), front = (z - mz) * Math.cos(around) - (x - mx) * Math.sin(around);
    return [right, (y - my) * Math.cos(over) - front * Math.sin(over), (y - my) * Math.sin(over) + front * Math.cos(over)];
  }
}

function mean(places, axis) {
  let sum = 0;
  for (let i = axis; i < places.length; i += 3) sum += places[i];
  return sum / Math.max(places.length / 3, 1);
}
