// The selection as text in a link: records how it is made, and makes it again when a link is opened.
import {fileId, pairs, parseSteps, SelectionSteps} from './data/selection_steps.js';
import {rowsInside} from './geometry/hit_test.js';
import {rowsOf} from './panels/class_search.js';

export class LinkedSelection {
  steps = new SelectionSteps();
  followed = 0; // number of the last link that was opened
  isForeign = false; // whether its selection belongs to another gallery or map; until something is selected

  // `labels`: the URL of the labels.
  constructor(atlas, labels) {
    Object.assign(this, {atlas, labels});
  }

  // Empty without a selection, or if a link cannot make this one.
  get text() {
    return this.atlas.state.selectedCount && this.steps.files('polygon').every(file => this.mapOf(file))
      ? this.steps.text
      : '';
  }

  // The checkpoint whose map has this file; undefined if none has.
  mapOf(file) {
    const {names, projections} = this.atlas;
    return names.find(one => fileId(projections.find(one).points) === file);
  }

  clear() {
    this.steps.clear();
  }

  add(operation, step) {
    this.isForeign = false;
    this.steps.add(operation, step);
  }

  step(kind, ...numbers) {
    return {kind, file: fileId(this.labels), numbers};
  }

  // A link knows neither hidden images nor points between two projections: then there is no step.
  polygonStep({projection, polygon}) {
    const {state, projections} = this.atlas;
    if (!projection || state.visibleCount < state.n) return null;
    const numbers = [...(projection.angles ?? []), ...polygon.flat()];
    return {kind: 'polygon', file: fileId(projections.find(projection.name).points), numbers};
  }

  // Makes the selection of a link that is opened, {number, selection}.
  async follow(link) {
    if (!link || link.number <= this.followed) return;
    this.followed = link.number;
    this.isForeign = false;
    const {atlas} = this;
    if (!link.selection) {
      if (this.text) atlas.select([]); // a selection that no link can hold stays
      return;
    }
    const steps = parseSteps(link.selection);
    const found = await Promise.all(steps.map(step => this.rows(step)));
    atlas.state.select([]);
    this.steps.clear();
    if (!found.length || found.includes(null)) {
      this.isForeign = true;
      atlas.sendSelection();
      atlas.showStatus();
      return;
    }
    found.forEach((rows, i) => {
      atlas.state.select(rows, steps[i].operation);
      this.steps.add(steps[i].operation, steps[i]);
    });
    atlas.sendSelection();
  }

  // The rows of a step; null if its numbers belong to a file of another gallery or map.
  async rows({kind, file, numbers}) {
    const {atlas, labels} = this;
    const {data, n} = atlas.state;
    if (kind === 'polygon') return this.rowsInPolygon(file, numbers);
    if (file !== fileId(labels)) return null;
    const [number] = numbers;
    if (kind === 'row') return Number.isInteger(number) && number < n ? [number] : null;
    return rowsOf(kind === 'type' ? data.types : data.classes, number);
  }

  async rowsInPolygon(file, numbers) {
    const {atlas} = this;
    const name = this.mapOf(file);
    if (!name) return null;
    const projection = await atlas.projections.get(name);
    const corners = projection.dims === 3 ? numbers.slice(2) : numbers;
    if (corners.length < 6 || corners.length % 2) return null;
    if (projection.dims === 3) {
      projection.setAngles(numbers);
      atlas.plots.forEach(plot => plot.setAngles(numbers));
    }
    return rowsInside(projection.positions, new Uint8Array(atlas.state.n).fill(1), pairs(corners));
  }
}
