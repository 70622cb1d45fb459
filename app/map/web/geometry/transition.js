// Positions between two projections: t = 0 is `from`, t = 1 is `to`.
import {lerp} from './interpolation.js';

export class Transition {
  from = null;
  to = null;
  t = 1;

  set(from, to, t) {
    if (t === 0) {
      this.set(from, from, 1);
      return;
    }
    if (from !== to && from.angles && to.angles) to.setAngles(from.angles);
    Object.assign(this, {from, to, t});
  }

  get isComplete() {
    return this.t === 1;
  }

  // What is drawn now, as the start of another transition.
  snapshot() {
    return this.isComplete ? this.to : {name: '', positions: this.positions(), bounds: this.bounds()};
  }

  bounds() {
    return this.to.bounds.map((end, i) => lerp(this.from.bounds[i], end, this.t));
  }

  // (N * 2).
  positions() {
    if (this.isComplete) return this.to.positions;
    return this.to.positions.map((end, i) => lerp(this.from.positions[i], end, this.t));
  }

  startOf(row) {
    return [this.from.positions[2 * row], this.from.positions[2 * row + 1]];
  }

  position(row) {
    const [i, j] = [2 * row, 2 * row + 1];
    const {from, to, t} = this;
    return [lerp(from.positions[i], to.positions[i], t), lerp(from.positions[j], to.positions[j], t)];
  }

  // `query` {checkpoint: coordinates} or null. Returns [x, y], or null if the query is not on the projection.
  queryPosition(query) {
    const locate = projection => {
      const coordinates = query?.[projection.name];
      return coordinates ? projection.toPlane(...coordinates) : null;
    };
    const end = locate(this.to);
    if (!end) return null;
    const start = this.isComplete ? end : (locate(this.from) ?? end);
    return [lerp(start[0], end[0], this.t), lerp(start[1], end[1], this.t)];
  }
}
