// The bar above the map: class search, a second checkpoint, tools, zoom and export.
import {button, element, icon, iconButton} from './elements.js';

const EXPORTS = ['csv', 'list', 'page'];
const ZOOM_STEP = 1.5;

export class Toolbar {
  // `actions`: {setTool(name), toggleThumbnails(), zoom(factor), reset()}, and where the page has a
  // server save(kind) and compareWith(name). `search`: the element of the search box; `names`: of the checkpoints.
  constructor({names, search, words, actions}) {
    Object.assign(this, {words, actions});
    this.tools = this.createTools();
    this.tools.rotate.hidden = true;
    this.exports = this.createExports();
    this.compared = this.createCompared(names);
    this.compared.hidden = names.length < 2 || !actions.compareWith;
    this.root = element(
      'div',
      {class: 'map-bar'},
      search,
      this.compared,
      element('span', {class: 'map-tools', role: 'group'}, ...Object.values(this.tools), ...this.createViewButtons()),
      this.exports,
    );
  }

  createCompared(names) {
    const {words, actions} = this;
    const options = names.map(name => element('option', {value: name}, name));
    const onchange = () => actions.compareWith(this.compared.value);
    const none = element('option', {value: ''}, words.map_compare_none);
    return element('select', {'aria-label': words.map_compare_with, onchange}, none, ...options);
  }

  // A checkpoint cannot be compared with itself.
  showCompared(left, right = '') {
    for (const option of this.compared.options) option.disabled = option.value === left;
    this.compared.value = right;
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

  pressTool(name) {
    for (const [other, toolButton] of Object.entries(this.tools)) {
      toolButton.setAttribute('aria-pressed', String(other === name));
    }
  }
}
