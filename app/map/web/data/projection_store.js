// Loads projections and neighbour hits on demand, and keeps those of the projection set that is shown.
import {dequantise} from './packed_file.js';
import {Projection} from './projection.js';

export class ProjectionStore {
  // `load(url)` resolves to an unpacked file; `checkpoints`: [{name, points: URL, hits: URL or null, clusters: URL,
  // quality}]; `clusterings`: methods for which clusters can be loaded.
  constructor(load, id, checkpoints, clusterings) {
    Object.assign(this, {load, clusterings});
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

  // Adds `hits` and `classHits` (N,) to the projection: how many of the 5 nearest neighbours have the object type, and
  // the class, of the image.
  async loadHits(projection) {
    if (projection.hits) return;
    const {hits, class_hits: classHits} = await this.load(this.find(projection.name).hits);
    Object.assign(projection, {hits, classHits});
  }

  // Adds `clusters[method]`: {codes, n_clusters, agreement}.
  async loadClusters(projection, method, number) {
    const url = `${this.find(projection.name).clusters}/${method}/${number}`;
    projection.clusters ??= {};
    projection.wantedClusters = {...projection.wantedClusters, [method]: url};
    if (projection.clusters[method]?.url === url) return;
    const loaded = await this.load(url);
    // Another number may have been chosen meanwhile.
    if (projection.wantedClusters[method] === url) projection.clusters[method] = {...loaded, url, number};
  }
}
