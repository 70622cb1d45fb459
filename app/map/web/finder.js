// The search box: type a part of a class's or type's name, choose one, and its pictures are selected and brought into view.
import {make} from './dom.js';

const SHOWN = 8;

export class Finder {
  constructor(data, words, onfound) {
    const names = (list, codes, kind) => list.map((name, code) => ({name, code, codes, kind}));
    this.all = [...names(data.type_styles.map(style => style.name), data.types, 'type'), ...names(data.class_names.map(name => name.replaceAll('_', ' ')), data.classes, 'class')]
      .filter(entry => entry.name);
    this.counts = {type: count(data.types, data.type_styles.length), class: count(data.classes, data.class_names.length)};
    Object.assign(this, {words, onfound});
    this.input = make('input', {type: 'search', placeholder: words.map_find, 'aria-label': words.map_find, role: 'combobox', 'aria-expanded': 'false', autocomplete: 'off',
      oninput: () => this.offer(), onfocus: () => this.offer(), onkeydown: event => this.key(event), onblur: () => this.offer([])});
    this.list = make('div', {class: 'map-found', role: 'listbox'});
    this.root = make('div', {class: 'map-find'}, this.input, this.list);
    this.offer([]);
  }

  matches() {
    const text = this.input.value.trim().toLowerCase();
    if (!text) return [];
    const starts = entry => entry.name.toLowerCase().startsWith(text) ? 0 : 1;
    return this.all.filter(entry => entry.name.toLowerCase().includes(text)).sort((a, b) => starts(a) - starts(b)).slice(0, SHOWN);
  }

  offer(found) {
    const asked = !found && this.input.value.trim() !== '';
    this.found = found ??= this.matches();
    this.at = 0;
    this.input.setAttribute('aria-expanded', String(found.length > 0));
    this.list.replaceChildren(...found.map((entry, i) => make('button', {type: 'button', role: 'option', tabindex: '-1', 'aria-selected': String(i === this.at),
      onpointerdown: event => { event.preventDefault(); this.choose(entry); }}, entry.name, make('small', {}, this.counts[entry.kind][entry.code].toLocaleString()))),
      asked && !found.length ? make('span', {}, this.words.map_nothing) : '');
  }

  key(event) {
    if (event.key === 'Enter' && this.found.length) this.choose(this.found[this.at]);
    else if (event.key === 'Escape') { this.input.value = ''; this.offer([]); }
    else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && this.found.length) {
      this.at = (this.at + (event.key === 'ArrowDown' ? 1 : this.found.length - 1)) % this.found.length;
      [...this.list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === this.at)));
    } else return;
    event.preventDefault();
  }

  choose({name, code, codes}) {
    this.input.value = name;
    this.offer([]);
    const rows = [];
    for (let row = 0; row < codes.length; row++) if (codes[row] === code) rows.push(row);
    this.onfound(rows);
  }
}

function count(codes, n) {
  const counts = new Uint32Array(n);
  for (const code of codes) counts[code]++;
  return counts;
}
