// The legend: what the colours mean, and one switch for each colour, with its name and the number of images.
import {colourMode} from '../colour_modes/index.js';
import {symbolSvg} from '../drawing/symbols.js';
import {button, element} from './elements.js';

export class Legend {
  // `onmode(name)`: another colour mode was chosen; `onnumber(number)`: another number for it, null where that is not
  // possible; `onfilter()`: `state.hiddenCodes` changed.
  constructor(state, words, {onmode, onnumber, onfilter}) {
    Object.assign(this, {state, words, onfilter});
    const onchange = () => onmode(this.mode.value);
    this.mode = element('select', {'aria-label': words.map_colour, onchange});
    this.number = element('input', {
      type: 'number',
      step: 1,
      required: '',
      onchange: () => this.number.reportValidity() && onnumber?.(this.number.valueAsNumber),
      onblur: () => (this.number.value = state.numbers[state.mode]), // what the map shows
    });
    this.number.disabled = !onnumber;
    this.numberWord = element('span', {});
    this.numberLabel = element('label', {class: 'map-number'}, this.numberWord, this.number);
    this.summary = element('table', {class: 'map-summary'});
    this.buttons = element('span', {});
    this.of = element('small', {});
    this.heading = element(
      'div',
      {class: 'map-heading'},
      this.mode,
      this.numberLabel,
      this.of,
      this.summary,
      this.buttons,
    );
    this.switches = element('div', {class: 'map-switches'});
    this.root = element('div', {class: 'map-legend', role: 'group'}, this.heading, this.switches);
  }

  setModes(names) {
    this.mode.replaceChildren(...names.map(name => element('option', {value: name}, this.words[`map_by_${name}`])));
  }

  // `codes` (N,), `entries` [{name, colour, symbol?}]; `summary`: {type, class}, see app/map/clusters.py.
  // `checkpoint`: the one whose numbers these are, if another map has others.
  draw({codes, entries}, summary = null, checkpoint = '') {
    this.of.textContent = checkpoint;
    this.drawNumber();
    this.drawSummary(summary);
    const {state, words} = this;
    const hidden = (state.hiddenCodes[state.mode] ??= new Set());
    const {total, selected} = countByCode(codes, state.selected, entries.length);
    const present = entries.map((_, code) => code).filter(code => total[code]);
    const toggle = code => (hidden.has(code) ? hidden.delete(code) : hidden.add(code));
    const switches = present.map(code => {
      const count = state.selectedCount ? [selected[code], total[code]] : [total[code]];
      const attributes = {'aria-pressed': String(!hidden.has(code)), onclick: () => this.filter(() => toggle(code))};
      const {name, detail} = entries[code];
      const counted = count.map(number => number.toLocaleString()).join('/');
      const countText = element('small', {}, [detail, counted].filter(Boolean).join(' · '));
      return button(attributes, swatch(entries[code]), element('span', {title: name}, name), countText);
    });
    replaceChildren(this.buttons, [
      this.plainButton(words.map_all, () => hidden.clear()),
      this.plainButton(words.map_none, () => present.forEach(code => hidden.add(code))),
    ]);
    replaceChildren(this.switches, switches);
  }

  drawNumber() {
    const {number} = colourMode(this.state.mode);
    this.numberLabel.hidden = !number;
    if (!number) return;
    this.numberWord.textContent = this.words[number.word];
    this.number.min = number.least;
    this.number.max = Math.min(number.most, this.state.n);
    this.number.value = this.state.numbers[this.state.mode];
  }

  // Rows: purity, adjusted Rand index, NMI; columns: types and classes.
  drawSummary(summary) {
    const {words} = this;
    const columns = ['type', 'class'].filter(name => summary?.[name]);
    this.summary.hidden = !columns.length;
    if (!columns.length) return;
    const cells = name => columns.map(column => element('td', {}, summary[column][name].toFixed(2)));
    const row = ([name, word]) =>
      element('tr', {title: words[`${word}_hint`]}, element('th', {scope: 'row'}, words[word]), ...cells(name));
    const head = columns.map(column => element('th', {scope: 'col'}, words[`map_agreement_${column}`]));
    this.summary.replaceChildren(
      element('tr', {}, element('td', {}), ...head),
      ...Object.entries({purity: 'map_purity', adjusted_rand: 'map_rand', nmi: 'map_nmi'}).map(row),
      element(
        'tr',
        {},
        element('th', {scope: 'row'}, words.map_agreement_n),
        ...columns.map(column => element('td', {}, summary[column].n.toLocaleString())),
      ),
    );
  }

  plainButton(text, change) {
    return button({class: 'plain', onclick: () => this.filter(change)}, text);
  }

  filter(change) {
    change();
    this.onfilter();
  }
}

// Keeps the keyboard focus on the same button.
function replaceChildren(parent, children) {
  const focused = [...parent.children].indexOf(document.activeElement);
  parent.replaceChildren(...children);
  if (focused >= 0) parent.children[focused]?.focus();
}

function swatch({symbol, colour}) {
  const created = element('i');
  created.innerHTML = symbolSvg(symbol, colour);
  return created;
}

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
