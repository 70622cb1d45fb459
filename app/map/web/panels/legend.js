// The legend: one switch for each colour, with its name and the number of images.
import {symbolSvg} from '../drawing/symbols.js';
import {button, element} from './elements.js';

const MAX_ENTRIES = 14; // of more, the most frequent

export class Legend {
  // `onfilter()` is called after `state.hiddenCodes` changed.
  constructor(state, words, onfilter) {
    Object.assign(this, {state, words, onfilter});
    this.root = element('div', {class: 'map-legend', role: 'group'});
  }

  // `codes` (N,), `entries` [{name, colour, symbol?}].
  draw({codes, entries}) {
    const {state, words} = this;
    const hidden = (state.hiddenCodes[state.mode] ??= new Set());
    const {total, selected} = countByCode(codes, state.selected, entries.length);
    const present = entries.map((_, code) => code).filter(code => total[code]);
    const shown = present.length > MAX_ENTRIES ? mostFrequent(present, total) : present;
    const toggle = code => (hidden.has(code) ? hidden.delete(code) : hidden.add(code));
    const switches = shown.map(code => {
      const count = state.selectedCount ? [selected[code], total[code]] : [total[code]];
      const attributes = {'aria-pressed': String(!hidden.has(code)), onclick: () => this.filter(() => toggle(code))};
      const countText = element('small', {}, count.map(number => number.toLocaleString()).join('/'));
      return button(attributes, swatch(entries[code]), entries[code].name, countText);
    });
    const rest = (present.length - shown.length).toLocaleString();
    this.replaceChildren([
      ...switches,
      ...(shown.length < present.length
        ? [element('span', {class: 'map-more'}, words.map_more.replace('{n}', rest))]
        : []),
      this.plainButton(words.map_all, () => hidden.clear()),
      this.plainButton(words.map_none, () => present.forEach(code => hidden.add(code))),
    ]);
  }

  plainButton(text, change) {
    return button({class: 'plain', onclick: () => this.filter(change)}, text);
  }

  filter(change) {
    change();
    this.onfilter();
  }

  // Keeps the keyboard focus on the same switch.
  replaceChildren(children) {
    const focused = [...this.root.children].indexOf(document.activeElement);
    this.root.replaceChildren(...children);
    if (focused >= 0) this.root.children[focused]?.focus();
  }
}

function swatch({symbol, colour}) {
  const created = element('i');
  created.innerHTML = symbolSvg(symbol, colour);
  return created;
}

const mostFrequent = (codes, total) => [...codes].sort((a, b) => total[b] - total[a]).slice(0, MAX_ENTRIES);

// Images of each code, and how many of them are selected.
export function countByCode(codes, selectedMask, n) {
  const total = new Uint32Array(n);
  const selected = new Uint32Array(n);
  for (let row = 0; row < codes.length; row++) {
    total[codes[row]]++;
    selected[codes[row]] += selectedMask[row];
  }
  return {total, selected};
}
