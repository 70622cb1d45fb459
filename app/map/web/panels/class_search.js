// The search box: type a part of the name of a class or object type; choosing one selects its images.
import {button, element} from './elements.js';

const MAX_SHOWN = 8;

export class ClassSearch {
  // `onchoose(rows, kind, code)`: `kind` is type or class.
  constructor(data, words, onchoose) {
    Object.assign(this, {words, onchoose});
    const typeNames = data.type_styles.map(style => style.name);
    const classNames = data.class_names.map(name => name.replaceAll('_', ' '));
    this.entries = [
      ...searchEntries(typeNames, data.types, 'type'),
      ...searchEntries(classNames, data.classes, 'class'),
    ];
    this.matches = [];
    this.input = element('input', {
      type: 'search',
      placeholder: words.map_search,
      'aria-label': words.map_search,
      role: 'combobox',
      'aria-expanded': 'false',
      autocomplete: 'off',
      oninput: () => this.search(),
      onfocus: () => this.search(),
      onkeydown: event => this.keyDown(event),
      onblur: () => this.close(),
    });
    this.list = element('div', {class: 'map-matches', role: 'listbox', 'aria-label': words.map_search});
    this.root = element('div', {class: 'map-search'}, this.input, this.list);
  }

  search() {
    const text = this.input.value.trim();
    this.show(matchEntries(this.entries, text));
    if (text && !this.matches.length) this.list.replaceChildren(element('span', {}, this.words.map_no_match));
  }

  close() {
    this.show([]);
  }

  show(matches) {
    this.matches = matches;
    this.active = 0;
    this.input.setAttribute('aria-expanded', String(matches.length > 0));
    this.list.replaceChildren(...matches.map(entry => this.option(entry)));
    this.markActive();
  }

  option(entry) {
    // Not click: the input loses focus before, which closes the list.
    const onpointerdown = event => {
      event.preventDefault();
      this.choose(entry);
    };
    const count = element('small', {}, entry.count.toLocaleString());
    return button({role: 'option', tabindex: '-1', onpointerdown}, entry.name, count);
  }

  markActive() {
    const options = this.matches.length ? [...this.list.children] : [];
    options.forEach((option, i) => option.setAttribute('aria-selected', String(i === this.active)));
  }

  keyDown(event) {
    const count = this.matches.length;
    if (event.key === 'Escape') {
      this.input.value = '';
      this.close();
    } else if (count && event.key === 'Enter') {
      this.choose(this.matches[this.active]);
    } else if (count && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      this.active = (this.active + (event.key === 'ArrowDown' ? 1 : count - 1)) % count;
      this.markActive();
    } else return;
    event.preventDefault();
  }

  choose({name, kind, code, codes}) {
    this.input.value = name;
    this.close();
    this.onchoose(rowsOf(codes, code), kind, code);
  }
}

export function rowsOf(codes, code) {
  const rows = [];
  for (let row = 0; row < codes.length; row++) if (codes[row] === code) rows.push(row);
  return rows;
}

// [{name, kind, code, codes, count}], without unnamed ones.
export function searchEntries(names, codes, kind) {
  const counts = new Uint32Array(names.length);
  for (const code of codes) counts[code]++;
  return names.map((name, code) => ({name, kind, code, codes, count: counts[code]})).filter(entry => entry.name);
}

// Entries whose name contains the text in any case; those that start with it come first.
export function matchEntries(entries, text, limit = MAX_SHOWN) {
  const query = text.trim().toLowerCase();
  if (!query) return [];
  const position = entry => entry.name.toLowerCase().indexOf(query);
  const matches = entries.filter(entry => position(entry) >= 0);
  return matches.sort((a, b) => Math.sign(position(a)) - Math.sign(position(b))).slice(0, limit);
}
