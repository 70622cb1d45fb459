// The map component: one or two linked plots with toolbar, legend, search and a slider over the checkpoints.
//
// atlas = await openAtlas(root, setup, channel)
//   setup    what app/map/component.py gives: {labels, projection_set, maps, types, words}
//   channel  {load(url) -> unpacked file, thumbnailUrl(row), send(event, data)}, and where the page has a server
//            save(kind, view)
// await atlas.show({shown: [left, right], query, focus, maps, link})      the value of the component, see map_value
import {availableModes, colourMode} from './colour_modes/index.js';
import {encodeMask} from './data/bitmask.js';
import {Filter} from './data/filter.js';
import {Refusal} from './data/packed_file.js';
import {ProjectionStore} from './data/projection_store.js';
import {LinkedSelection} from './linked_selection.js';
import {State} from './data/state.js';
import {Thumbnails} from './data/thumbnails.js';
import {Plot} from './drawing/plot.js';
import {readTheme} from './drawing/theme.js';
import {outlineCards} from './input/result_cards.js';
import {ClassSearch} from './panels/class_search.js';
import {element} from './panels/elements.js';
import {Legend} from './panels/legend.js';
import {StatusBar} from './panels/status_bar.js';
import {Timeline} from './panels/timeline.js';
import {Toolbar} from './panels/toolbar.js';
import {Tooltip} from './panels/tooltip.js';
import {describeView} from './view_state.js';

const LEGEND_CHANGES = new Set(['mode', 'filter', 'selection']);
const isTouchScreen = () => matchMedia('(pointer: coarse)').matches;
const STATUS_CHANGES = new Set(['mode', 'filter', 'selection', 'focus']);

export async function openAtlas(root, setup, channel) {
  const labels = await channel.load(setup.labels);
  return new Atlas(root, setup, channel, {...labels, type_styles: setup.types});
}

class Atlas {
  plots = [];
  tool = null; // chosen by the visitor; without one, 3-D maps rotate and 2-D maps pan

  constructor(root, setup, channel, data) {
    const {words} = setup;
    Object.assign(this, {root, setup, channel, words});
    this.state = new State(data);
    this.projections = new ProjectionStore(channel.load, setup.projection_set, setup.maps, setup.clusterings);
    this.names = setup.timeline;
    this.thumbnails = new Thumbnails(channel.thumbnailUrl, () => this.plots.forEach(plot => plot.requestDraw(false)));
    this.tooltip = new Tooltip(root, this.state, this.thumbnails, words);
    this.filter = new Filter(this.state, mode => this.codesOf(mode));
    this.linked = new LinkedSelection(this, setup.labels);
    this.state.numbers.hdbscan = Math.min(this.state.numbers.hdbscan, data.n);
    this.state.numbers.kmeans = Math.min(Math.max(data.type_styles.length, 2), 100, data.n);
    this.legend = new Legend(this.state, words, {
      onmode: name => this.setMode(name),
      onnumber: channel.save && (number => this.setNumber(number)),
      onfilter: () => this.filter.apply(),
    });
    this.toolbar = this.createToolbar(data);
    this.timeline = new Timeline(this.names, words, {
      interpolate: (from, to, t) => this.interpolate(from, to, t),
      load: stop => this.projection(this.names[stop]),
      arrive: (stop, {animate}) => this.arrive(stop, animate),
    });
    this.plotRow = element('div', {class: 'map-plots'});
    this.status = new StatusBar(words, {showAll: () => this.filter.showAll(), clear: () => this.clear()});
    this.keys = element('p', {id: 'map-keys'}, words.map_keys_are);
    const frame = element('div', {class: 'map-frame'}, this.plotRow, this.legend.root, this.status.root);
    root.replaceChildren(this.toolbar.root, frame, this.timeline.root, this.createNote(), this.tooltip.root);
    this.state.subscribe(change => queueMicrotask(() => this.stateChanged(change))); // after the plots
    this.watchTheme();
  }

  createToolbar(data) {
    const {words, channel, state} = this;
    const search = new ClassSearch(data, words, (...chosen) => this.reveal(...chosen));
    const actions = {
      setTool: name => this.setTool(name),
      toggleThumbnails: () => {
        state.showThumbnails = !state.showThumbnails;
        state.notify('thumbnails');
        return state.showThumbnails;
      },
      zoom: factor => this.plots.forEach(plot => plot.camera.zoom(factor)),
      reset: () => this.plots.forEach(plot => plot.camera.reset()),
      save: channel.save && (kind => this.save(kind)),
      compareWith: channel.save && (name => channel.send('compare_with', {checkpoint: name})),
    };
    return new Toolbar({names: this.names, search: search.root, words, actions});
  }

  createNote() {
    const {words} = this;
    const note = (title, ...texts) => element('details', {}, element('summary', {}, title), ...texts);
    const hints = ['trustworthiness', 'preservation', 'purity', 'rand', 'nmi'];
    const figures = hints.map(name => words[`map_${name}_hint`]).map(text => element('p', {}, text));
    return element(
      'div',
      {class: 'map-note'},
      element('p', {}, words.map_note),
      note(words.map_figures, ...figures),
      note(words.map_keys, this.keys),
    );
  }

  watchTheme() {
    const observer = new MutationObserver(() => {
      this.theme = null;
      this.state.notify('mode'); // its colours depend on the theme
    });
    for (const watched of [document.documentElement, document.body]) {
      observer.observe(watched, {attributeFilter: ['class']});
    }
  }

  // --- projections

  async show({shown, query, focus, maps, link}) {
    const {state, setup} = this;
    state.query = query ?? null;
    state.focus = focus ?? null;
    if (focus) state.current = focus.row;
    const set = maps ?? setup;
    const isOtherSet = this.projections.use(set.projection_set, set.maps);
    if (isOtherSet) this.shown = null;
    if (isOtherSet && state.selectedCount) this.sendSelection(); // a link has it only for the maps it was drawn on
    const key = JSON.stringify(shown);
    // The same value may come again after the visitor has moved the slider.
    if (key !== this.shown) {
      this.shown = key;
      this.shownNames = shown;
      this.updateModes();
      const [left, right] = shown;
      await Promise.all([this.showInPlot(0, left), right ? this.showInPlot(1, right) : this.closeSecondPlot()]);
      if (colourMode(state.mode).load) state.notify('mode'); // a difference depends on both checkpoints
      this.timeline.setPosition(this.names.indexOf(left));
      this.toolbar.showCompared(left, right);
    }
    state.notify('focus');
    await this.linked.follow(link);
    await new Promise(requestAnimationFrame); // the points are drawn in this frame
    this.root.dataset.ready = 'yes';
  }

  // Resolves to the projection with all data that the colour mode needs.
  async projection(name) {
    const projection = await this.projections.get(name);
    let mode = null;
    while (mode !== this.state.mode) {
      mode = this.state.mode; // the visitor may choose another one meanwhile
      await this.loadMode(mode, projection);
    }
    return projection;
  }

  async loadMode(mode, projection) {
    await colourMode(mode).load?.(this.projections, projection, {
      shown: this.shownNames,
      numbers: this.state.numbers,
    });
  }

  // The difference is offered for two checkpoints only.
  updateModes() {
    const modes = availableModes(this.state.data, this.projections, this.shownNames);
    this.legend.setModes(modes);
    if (!modes.includes(this.state.mode)) this.state.mode = 'type';
    this.legend.mode.value = this.state.mode;
  }

  async showInPlot(index, name) {
    const projection = await this.projection(name);
    const plot = (this.plots[index] ??= this.createPlot());
    this.arrangePlots();
    if (index === 0) this.timeline.stop();
    plot.host.setAttribute('aria-label', name);
    plot.show(projection);
    this.updateTools();
    if (index === 0) this.projectionShown();
  }

  createPlot() {
    const host = element('div', {
      class: 'map-plot',
      role: 'application',
      'aria-roledescription': this.words.map,
      'aria-describedby': this.keys.id,
    });
    this.plotRow.append(host);
    const plot = new Plot(host, {
      state: this.state,
      thumbnails: this.thumbnails,
      words: this.words,
      events: this.plotEvents(),
    });
    return plot;
  }

  closeSecondPlot() {
    this.plots[1]?.close();
    this.plots.length = Math.min(this.plots.length, 1);
    this.arrangePlots();
  }

  arrangePlots() {
    this.plotRow.classList.toggle('two', this.plots.length > 1);
    for (const plot of this.plots) plot.title.hidden = this.names.length < 2;
  }

  // Legend and status of another projection in the first plot.
  projectionShown() {
    if (this.filter.activeModes.some(mode => colourMode(mode).perProjection)) {
      this.filter.apply();
    } else {
      this.drawLegend();
      this.showStatus();
    }
  }

  // While projections load, the slider may have moved on: only the last request is drawn.
  async interpolate(from, to, t) {
    const request = (this.lastRequest = {});
    const projections = await Promise.all([this.projection(this.names[from]), this.projection(this.names[to])]);
    if (this.lastRequest === request && this.plots[0]) this.plots[0].interpolate(...projections, t);
  }

  async arrive(stop, animate) {
    const name = this.names[stop];
    if (animate) this.plots[0].show(await this.projection(name));
    this.timeline.setPosition(stop);
    this.projectionShown();
    this.channel.send('checkpoint_changed', {checkpoint: name});
  }

  // --- events of the plots

  plotEvents() {
    return {
      hover: (plot, row, position) => this.hover(plot, row, position),
      choose: row => this.choose(row),
      selectRows: (rows, operation, drawn) => this.select(rows, operation, this.linked.polygonStep(drawn)),
      selectRow: (row, operation) => this.select([row], operation, this.linked.step('row', row)),
      clear: () => this.clear(),
      scrolled: () => this.status.showMessage(this.words.map_two_fingers),
      theme: () => (this.theme ??= readTheme(this.root)),
      projectionChanged: plot => this.showQuality(plot),
      rotated: plot =>
        this.plots.filter(other => other !== plot).forEach(other => other.setAngles(plot.projection.angles)),
    };
  }

  hover(plot, row, position) {
    this.state.set('hovered', row);
    if (row >= 0) this.tooltip.show(row, plot.host, position);
    else this.tooltip.hide();
    plot.host.classList.toggle('over-point', row >= 0);
  }

  choose(row) {
    this.tooltip.hide();
    Object.assign(this.state, {focus: null, current: row});
    this.state.notify('focus');
    this.channel.send('select_image', {row});
  }

  // Quality figures are hidden during a transition: they describe one projection.
  showQuality(plot) {
    const {from, to, isComplete} = plot.transition;
    plot.title.textContent = isComplete ? to.name : `${from.name} → ${to.name}`;
    const figures = isComplete ? (this.projections.find(to.name)?.quality ?? []) : [];
    const figureElement = ({name, value, hint}) => element('span', {title: hint}, element('b', {}, value), ` ${name}`);
    plot.quality.replaceChildren(...figures.map(figureElement));
  }

  // --- selection and filter

  // `step`: how a link can make this selection, see `SelectionSteps`.
  select(rows, operation = 'replace', step = null) {
    this.state.select(rows, operation);
    if (this.state.selectedCount) this.linked.add(operation, step);
    else this.linked.clear();
    this.sendSelection();
  }

  sendSelection() {
    const {state, channel, linked} = this;
    channel.send('select_points', {
      rows: state.selectedCount ? encodeMask(state.selected) : '',
      selection: linked.text,
    });
  }

  // First the selection with its lines and cards; if nothing is selected, the query.
  clear() {
    const {state, channel} = this;
    const hasSelectedImage = state.focus !== null || state.current >= 0;
    this.tooltip.hide();
    if (!hasSelectedImage && !state.selectedCount) {
      if (state.query) channel.send('clear_selection', {query: true});
      return;
    }
    Object.assign(state, {current: -1, focus: null});
    if (state.selectedCount) this.select([]);
    else state.notify('focus');
    if (hasSelectedImage) channel.send('clear_selection', {query: false});
  }

  // Selects rows that were searched for; they become visible and come into view.
  async reveal(rows, kind, code) {
    await this.filter.reveal(rows);
    this.select(rows, 'replace', this.linked.step(kind, code));
    this.plots.forEach(plot => plot.camera.zoomToRows(rows));
  }

  async codesOf(mode) {
    const [plot] = this.plots;
    await this.loadMode(mode, plot.projection);
    return plot.codesOf(mode);
  }

  // --- toolbar

  // On a touch screen, the tool that is pressed is released by pressing it again: then a finger scrolls the page.
  setTool(name) {
    this.tool = name === this.tool && isTouchScreen() ? null : name;
    this.updateTools();
  }

  // The rotate tool exists for 3-D projections only.
  updateTools() {
    const canRotate = this.plots.some(({animatingTo, projection}) => (animatingTo ?? projection)?.dims === 3);
    if (this.tool === 'rotate' && !canRotate) this.tool = null;
    const name = this.tool ?? (canRotate ? 'rotate' : 'pan');
    this.toolbar.tools.rotate.hidden = !canRotate;
    this.toolbar.pressTool(this.tool || !isTouchScreen() ? name : '');
    this.plots.forEach(plot => plot.setTool(name, this.tool !== null));
  }

  async setMode(mode) {
    const {state, status, words, root} = this;
    const select = this.legend.mode;
    select.value = mode;
    root.setAttribute('aria-busy', 'true');
    const {waiting} = colourMode(mode);
    if (waiting) status.showMessage(words[waiting]);
    try {
      let loaded = null;
      const shown = () => this.plots.map(plot => plot.projection).filter(Boolean);
      while (!shown().every(projection => loaded?.includes(projection))) {
        loaded = shown(); // a second map may be opened meanwhile
        await Promise.all(loaded.map(projection => this.loadMode(mode, projection)));
      }
    } catch (error) {
      select.value = state.mode;
      status.showMessage(error instanceof Refusal ? error.message : words.map_failed);
      return;
    } finally {
      root.removeAttribute('aria-busy');
    }
    if (mode !== select.value) return; // another mode was chosen while this one was loading
    state.mode = mode;
    state.notify('mode');
  }

  // Of clusters, or of the least images of one, for the mode that is shown. The last of several numbers counts.
  async setNumber(number) {
    const {state} = this;
    const {mode, numbers} = state;
    numbers[mode] = number;
    state.hiddenCodes[mode]?.clear();
    await this.setMode(mode);
    if (numbers[mode] !== number) return;
    numbers[mode] = this.plots[0].projection.clusters[mode].number; // the one before, if this one was refused
    await this.filter.apply();
    this.drawLegend();
  }

  drawLegend() {
    const [{colours, projection}] = this.plots;
    const mode = colourMode(this.state.mode);
    const isOfFirst = this.plots.length > 1 && mode.perProjection && mode.name !== 'difference';
    this.legend.draw(colours, mode.summary?.(projection), isOfFirst ? projection.name : '');
  }

  // Only a page of the app has links: a saved page cannot save itself.
  showStatus() {
    const isMissingInLink = this.state.selectedCount > 0 && !this.linked.text && Boolean(this.channel.save);
    this.status.show(this.state, isMissingInLink);
    if (this.linked.isForeign) this.status.showMessage(this.words.map_foreign_selection);
  }

  async save(kind) {
    const {exports} = this.toolbar;
    exports.setAttribute('aria-busy', 'true');
    try {
      await this.channel.save(kind, describeView(this));
    } catch {
      this.status.showMessage(this.words.map_failed);
    } finally {
      exports.removeAttribute('aria-busy');
    }
  }

  // --- state

  stateChanged(change) {
    const [plot] = this.plots;
    if (!plot?.colours) return;
    if (LEGEND_CHANGES.has(change)) this.drawLegend();
    if (STATUS_CHANGES.has(change)) this.showStatus();
    if (change === 'hovered') outlineCards(this.state.hovered);
  }
}
