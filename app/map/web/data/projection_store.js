// Loads projections and neighbour hits on demand, and keeps those of the projection set that is shown.
import {dequantise} from './packed_file.js';
import {Projection} from './projection.js';

export class ProjectionStore {
  // `load(url)` resolves to an unpacked file; `checkpoints`: [{name, points: URL, hits: URL or null, quality}].
  constructor(load, id, checkpoints) {
    this.load = load;
    this.use(id, checkpoints);
  }

  // Switches to another projection set. Returns whether it is another one.
  use(id, checkpoints) {
    if (id === this.id) return false;
    Object.assign(this, {id, checkpoints});
    this.projections = new Map(); // checkpoint -> promise of a Projection
    return true;
  }

  get names() {
    return this.checkpoints.map(({name}) => name);
  }

  get hasHits() {
    return this.checkpoints.every(({hits}) => hits);
  }

  find(name) {
    return this.checkpoints.find(checkpoint => checkpoint.name === name);
  }

  get(name) {
    if (!this.projections.has(name)) {
      const loaded = this.load(this.find(name).points).then(file => new Projection(name, dequantise(file), file.dims));
      this.projections.set(name, loaded);
    }
    return this.projections.get(name);
  }

  // Adds `hits` (N,) to the projection: how many of the 5 nearest neighbours have the object type of the image.
  async loadHits(projection) {
    projection.hits ??= (await this.load(this.find(projection.name).hits)).hits;
  }
}
