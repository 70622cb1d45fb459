// The line below the points: how many images are visible and selected, what most of the selection is, and messages.
import {button, element, fill, iconButton} from './elements.js';
import {countByCode} from './legend.js';

const MAX_NAMES = 3;

export class StatusBar {
  // `actions`: {showAll(), clear()}.
  constructor(words, actions) {
    this.words = words;
    this.text = element('span', {class: 'map-count', 'aria-live': 'polite'});
    this.showAllButton = button({class: 'plain', hidden: '', onclick: actions.showAll}, words.map_show_all);
    this.clearButton = iconButton('clear', words.map_clear, {onclick: actions.clear, hidden: ''});
    this.root = element('div', {class: 'map-status'}, this.text, this.showAllButton, this.clearButton);
  }

  showMessage(text) {
    this.text.textContent = this.text.title = text;
  }

  // `isMissingInLink`: whether the address of the page cannot hold the selection.
  show(state, isMissingInLink = false) {
    const {words} = this;
    const texts = [fill(words.map_showing, {shown: state.visibleCount, n: state.n}), ...this.selectionTexts(state)];
    this.showMessage([...texts, ...(isMissingInLink ? [words.map_not_linked] : [])].join(' · '));
    this.showAllButton.hidden = state.visibleCount === state.n;
    this.clearButton.hidden = !state.selectedCount && !state.focus && !state.query;
  }

  selectionTexts(state) {
    const {words} = this;
    if (!state.selectedCount) return [];
    const hidden = state.selectedCount - state.visibleSelectedCount;
    const {types, type_styles: styles} = state.data;
    const {selected} = countByCode(types, state.selected, styles.length);
    const codes = styles.map((_, code) => code).filter(code => selected[code]);
    codes.sort((a, b) => selected[b] - selected[a]);
    const names = codes.slice(0, MAX_NAMES).map(code => `${styles[code].name} ${selected[code].toLocaleString()}`);
    const more = codes.length > MAX_NAMES ? ['…'] : [];
    const text = hidden ? words.map_selected_hidden : words.map_selected;
    return [fill(text, {n: state.selectedCount, hidden}), [...names, ...more].join(words.list_comma)];
  }
}
