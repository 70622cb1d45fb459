// The legend: what the colours mean, how many there are of each, and a switch for each.
import {make} from './dom.js';
import {symbolSvg} from './symbols.js';

const MOST = 14;   // entries shown; of more, the most frequent

export class Legend {
  constructor(state, words, onfilter) {
    Object.assign(this, {state, words, onfilter});
    this.root = make('div', {class: 'map-types', role: 'group'});
  }

  draw({codes, entries}) {
    const {state, words} = this, hidden = state.hidden[state.mode] ??= new Set();
    const all = new Uint32Array(entries.length), chosen = new Uint32Array(entries.length);
    for (let row = 0; row < state.n; row++) { all[codes[row]]++; chosen[codes[row]] += state.selected[row]; }
    const present = entries.map((_, code) => code).filter(code => all[code]);
    const often = present.length > MOST ? [...present].sort((a, b) => all[b] - all[a]).slice(0, MOST) : present;
    const act = (text, onclick, attributes, ...front) => make('button', {type: 'button', ...attributes, onclick: () => { onclick(); this.onfilter(); }}, ...front, text);
    const focused = [...this.root.children].indexOf(document.activeElement);
    this.root.replaceChildren(
      ...often.map(code => {
        const swatch = make('i');
        swatch.innerHTML = symbolSvg(entries[code].symbol, entries[code].colour);
        const count = make('small', {}, state.selectedCount ? `${chosen[code].toLocaleString()}/${all[code].toLocaleString()}` : all[code].toLocaleString());
        return act(count, () => hidden.has(code) ? hidden.delete(code) : hidden.add(code), {'aria-pressed': String(!hidden.has(code))}, swatch, entries[code].name);
      }),
      present.length > MOST ? make('span', {class: 'map-more'}, words.map_more.replace('{n}', (present.length - MOST).toLocaleString())) : '',
      act(words.map_all, () => hidden.clear(), {class: 'plain'}),
      act(words.map_none, () => present.forEach(code => hidden.add(code)), {class: 'plain'}),
    );
    if (focused >= 0) this.root.children[focused]?.focus();
  }
}
