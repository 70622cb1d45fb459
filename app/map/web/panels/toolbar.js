// The bar above the map: colour mode, search, tools, zoom, export, and the status of filter and selection.
import {button, element, icon, iconButton} from './elements.js';

const EXPORTS = ['csv', 'list', 'page'];
const ZOOM_STEP = 1.5;

export class Toolbar {
  // `actions`: {setMode(name), setTool(name), toggleThumbnails(), zoom(factor), reset(), showAll(), clear()},
  // and save(kind) and describe() where they are possible. `search`: the element of the search box.
  constructor({modes, search, words, actions}) {
    Object.assign(this, {words, actions});
    this.mode = this.createModes(modes);
    this.tools = this.createTools();
    this.tools.rotate.hidden = true;
    this.exports = this.createExports();
    this.count = element('span', {class: 'map-count', 'aria-live': 'polite'});
    this.showAllButton = this.plainButton(words.map_show_all, actions.showAll);
    this.describeButton = this.plainButton(words.map_describe, actions.describe);
    this.clearButton = iconButton('clear', words.map_clear, {onclick: actions.clear, hidden: ''});
    const {count, showAllButton, describeButton, clearButton} = this;
    this.root = element(
      'div',
      {class: 'map-bar'},
      element('label', {class: 'map-mode'}, element('span', {}, words.map_colour), this.mode),
      search,
      element('span', {class: 'map-tools', role: 'group'}, ...Object.values(this.tools), ...this.createViewButtons()),
      this.exports,
      element('span', {class: 'map-status'}, count, showAllButton, describeButton, clearButton),
    );
  }

  createModes(modes) {
    const options = modes.map(name => element('option', {value: name}, this.words[`map_by_${name}`]));
    const onchange = () => this.actions.setMode(this.mode.value);
    return element('select', {'aria-label': this.words.map_colour, onchange}, ...options);
  }

  createTools() {
    const {words} = this;
    const titles = {
      rotate: words.map_rotate,
      pan: words.map_pan,
      rectangle: words.map_rectangle,
      lasso: words.map_lasso,
    };
    const toolButton = ([name, title]) => {
      const onclick = () => this.actions.setTool(name);
      return [name, iconButton(name, title, {onclick, 'aria-pressed': String(name === 'pan')})];
    };
    return Object.fromEntries(Object.entries(titles).map(toolButton));
  }

  createViewButtons() {
    const {words, actions} = this;
    const thumbnails = iconButton('thumbnails', words.map_images, {
      'aria-pressed': 'false',
      onclick: () => thumbnails.setAttribute('aria-pressed', String(actions.toggleThumbnails())),
    });
    return [
      thumbnails,
      iconButton('zoomIn', words.map_zoom_in, {onclick: () => actions.zoom(ZOOM_STEP)}),
      iconButton('zoomOut', words.map_zoom_out, {onclick: () => actions.zoom(1 / ZOOM_STEP)}),
      iconButton('reset', words.map_reset, {onclick: actions.reset}),
    ];
  }

  createExports() {
    const {words, actions} = this;
    const choices = EXPORTS.map(kind => {
      const onclick = () => {
        this.exports.open = false;
        actions.save(kind);
      };
      return button({onclick}, words[`map_export_${kind}`]);
    });
    const summary = element('summary', {title: words.map_save}, icon('save'), element('span', {}, words.map_save));
    const exports = element('details', {class: 'map-save'}, summary, element('div', {}, ...choices));
    exports.hidden = !actions.save;
    exports.addEventListener('focusout', event => {
      if (!exports.contains(event.relatedTarget)) exports.open = false;
    });
    return exports;
  }

  plainButton(text, onclick) {
    return button({class: 'plain', hidden: '', onclick}, text);
  }

  pressTool(name) {
    for (const [other, toolButton] of Object.entries(this.tools)) {
      toolButton.setAttribute('aria-pressed', String(other === name));
    }
  }

  showMessage(text) {
    this.count.textContent = text;
  }

  // Numbers of visible and selected images, and the buttons that apply to them. `isMissingInLink`: of the selection.
  showStatus(state, isMissingInLink = false) {
    const missing = isMissingInLink ? [this.words.map_not_linked] : [];
    this.showMessage([this.visibleText(state), ...this.selectedText(state), ...missing].join(' · '));
    this.showAllButton.hidden = state.visibleCount === state.n;
    this.describeButton.hidden = !state.selectedCount || !this.actions.describe;
    this.clearButton.hidden = !state.selectedCount && !state.focus && !state.query;
  }

  visibleText({visibleCount, n}) {
    const text = this.words.map_showing.replace('{shown}', visibleCount.toLocaleString());
    return text.replace('{n}', n.toLocaleString());
  }

  selectedText(state) {
    if (!state.selectedCount) return [];
    const hidden = state.hiddenSelectedCount();
    const text = hidden ? this.words.map_selected_hidden : this.words.map_selected;
    return [text.replace('{n}', state.selectedCount.toLocaleString()).replace('{hidden}', hidden.toLocaleString())];
  }
}
