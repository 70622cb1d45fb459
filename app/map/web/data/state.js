// What all plots share: which images are visible, selected or hovered. An image is its row in the gallery.
//
// Changes: hovered, current, highlighted, focus, mode, filter, selection, thumbnails.

export class State {
  hovered = -1; // under the pointer
  current = -1; // chosen last, by a click or with the arrow keys
  highlighted = -1; // its result card is under the pointer
  focus = null; // {row, neighbours: {checkpoint: rows}}: lines start at an image, or at the query (row -1)
  query = null; // {checkpoint: coordinates}
  mode = 'type'; // what the colours mean, see colour_modes/
  numbers = {kmeans: 11, hdbscan: 5}; // of the colour modes that have one
  showThumbnails = false; // also where they would overlap
  listeners = [];

  // `data`: the unpacked labels file.
  constructor(data) {
    this.data = data;
    this.n = data.n;
    this.hiddenCodes = {}; // mode -> Set of legend codes that are switched off
    this.visible = new Uint8Array(this.n).fill(1);
    this.visibleCount = this.n;
    this.selected = new Uint8Array(this.n);
    this.selectedCount = 0;
    this.visibleSelectedCount = 0;
    this.drawOrder = shuffledRows(this.n); // random, so that no object type covers the others
    this.drawRank = new Uint32Array(this.n); // row -> its index in drawOrder
    this.drawOrder.forEach((row, rank) => (this.drawRank[row] = rank));
  }

  subscribe(listener) {
    this.listeners.push(listener);
  }

  notify(change) {
    for (const listener of this.listeners) listener(change);
  }

  // `field`: hovered, current or highlighted.
  set(field, row) {
    if (this[field] === row) return;
    this[field] = row;
    this.notify(field);
  }

  // `codesByMode` {mode: (N,) codes}, for each mode in which a legend entry is switched off.
  filter(codesByMode) {
    this.visible.fill(1);
    for (const [mode, codes] of Object.entries(codesByMode)) {
      const hidden = this.hiddenCodes[mode];
      if (!hidden?.size) continue;
      for (let row = 0; row < this.n; row++) if (hidden.has(codes[row])) this.visible[row] = 0;
    }
    this.visibleCount = sum(this.visible);
    this.countVisibleSelected();
    this.notify('filter');
  }

  // `operation`: replace, add or remove.
  select(rows, operation = 'replace') {
    if (operation === 'replace') this.selected.fill(0);
    for (const row of rows) this.selected[row] = operation === 'remove' ? 0 : 1;
    this.selectedCount = sum(this.selected);
    this.countVisibleSelected();
    this.notify('selection');
  }

  countVisibleSelected() {
    this.visibleSelectedCount = 0;
    for (let row = 0; row < this.n; row++) this.visibleSelectedCount += this.selected[row] & this.visible[row];
  }
}

const sum = mask => mask.reduce((total, value) => total + value, 0);

// Fisher-Yates with a linear congruential generator (Numerical Recipes, 1992), so that every visit draws the same map.
function shuffledRows(n) {
  const rows = Uint32Array.from({length: n}, (_, row) => row);
  let seed = 12345;
  for (let i = n - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((seed / 4294967296) * (i + 1));
    [rows[i], rows[j]] = [rows[j], rows[i]];
  }
  return rows;
}
