// What all maps on a page share: which pictures are shown, selected, pointed at. A picture is its row, on every map.

export class State {
  hover = -1;        // under the pointer
  current = -1;      // chosen last
  marked = -1;       // a result beside the map that is pointed at
  focus = null;      // {row, neighbours: {map: rows}}: lines are drawn from a picture, or from the query (row -1)
  query = null;      // {map: [x, y]}
  mode = 'type';
  pictures = false;  // pictures also where there is no room for all of them
  listeners = [];

  constructor(data) {
    this.data = data;
    this.n = data.n;
    this.hidden = {};   // mode -> codes that are switched off
    this.shown = new Uint8Array(this.n).fill(1);
    this.shownCount = this.n;
    this.selected = new Uint8Array(this.n);
    this.selectedCount = 0;
    this.shuffled = shuffled(this.n);   // an order without favourites: no type lies on top of all others
    this.turn = new Uint32Array(this.n);
    this.shuffled.forEach((row, turn) => { this.turn[row] = turn; });
  }

  on(listener) { this.listeners.push(listener); }
  changed(what) { for (const listener of this.listeners) listener(what); }

  set(what, row) {
    if (this[what] === row) return;
    this[what] = row;
    this.changed(what);
  }

  // `codings` {mode: (N,) codes} of the modes in which something is switched off.
  filter(codings) {
    this.shown.fill(1);
    for (const [mode, codes] of Object.entries(codings)) {
      const off = this.hidden[mode];
      if (off?.size) for (let row = 0; row < this.n; row++) if (off.has(codes[row])) this.shown[row] = 0;
    }
    this.shownCount = this.shown.reduce((sum, one) => sum + one, 0);
    this.changed('filter');
  }

  // how: 'replace', 'add' or 'remove'.
  select(rows, how = 'replace') {
    if (how === 'replace') this.selected.fill(0);
    for (const row of rows) this.selected[row] = how === 'remove' ? 0 : 1;
    this.selectedCount = this.selected.reduce((sum, one) => sum + one, 0);
    this.changed('selection');
  }
}

function shuffled(n) {
  const rows = Uint32Array.from({length: n}, (_, row) => row);
  let seed = 12345;
  for (let i = n - 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = Math.floor(seed / 4294967296 * (i + 1));
    [rows[i], rows[j]] = [rows[j], rows[i]];
  }
  return rows;
}
