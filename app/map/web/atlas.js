// The whole component: one or two linked maps with legend, search, tools and the slider over the checkpoints.
//
// atlas = await openAtlas(root, setup, channel)
//   setup    {labels, made, maps: [{name, points, hits, quality}], types: [{name, colour, symbol}], words}: what the map begins with
//   channel  {load(url) -> packed file, picture(row) -> URL, send(event, data), save(kind, view) or nothing}
// atlas.show({shown: [left, right], query, focus, maps: {made, maps} or null})   what the page's other parts decide;
//   `made` names a set of maps, one for each checkpoint
import {MODES, rgb} from './colours.js';
import {bitsOf, placesOf} from './data.js';
import {iconButton, make} from './dom.js';
import {Finder} from './finder.js';
import {Legend} from './legend.js';
import {Pictures} from './thumbnails.js';
import {Plot} from './plot.js';
import {PointMap} from './point_map.js';
import {State} from './state.js';
import {Timeline} from './timeline.js';
import {Tip} from './tip.js';

export async function openAtlas(root, setup, channel) {
  const file = await channel.load(setup.labels);
  const atlas = new Atlas(root, setup, channel, {...file, type_styles: setup.types});
  return atlas;
}

class Atlas {
  plots = [];
  maps = new Map();   // name -> promise of a map

  constructor(root, setup, channel, data) {
    const {words} = setup;
    Object.assign(this, {root, setup, channel, data, words, made: setup.made, listed: setup.maps});
    this.state = new State(data);
    this.pictures = new Pictures(channel.picture, () => this.plots.forEach(plot => plot.request(false)));
    this.tip = new Tip(root, this.state, this.pictures, words);
    this.legend = new Legend(this.state, words, () => this.refilter());
    this.finder = new Finder(data, words, rows => this.found(rows));
    this.names = setup.maps.map(map => map.name);
    this.timeline = new Timeline(this.names, words, {reach: (...stop) => this.reach(...stop), settle: (...stop) => this.settle(...stop)});
    this.count = make('span', {class: 'map-count', 'aria-live': 'polite'});
    this.home = make('div', {class: 'map-plots'});
    this.keys = make('p', {id: 'map-keys'}, words.map_keys_are);
    this.note = make('div', {class: 'map-note'}, make('p', {}, words.map_note), make('details', {}, make('summary', {}, words.map_keys), this.keys));
    root.replaceChildren(this.bar(), this.legend.root, this.home, this.timeline.root, this.note, this.tip.root);
    this.state.on(what => queueMicrotask(() => this.follow(what)));   // after the plots
    this.themes = new MutationObserver(() => { this.theme = null; this.plots.forEach(plot => plot.request()); });
    this.themes.observe(document.body, {attributeFilter: ['class']});
  }

  bar() {
    const {words, state} = this;
    const mode = make('select', {'aria-label': words.map_colour, onchange: () => this.setMode(mode.value)},
      ...MODES.filter(name => name !== 'split' || this.data.split_names.length > 1).filter(name => name !== 'hits' || this.setup.maps.every(map => map.hits))
        .map(name => make('option', {value: name}, words[`map_by_${name}`])));
    this.mode = mode;
    this.tools = ['turn', 'pan', 'rectangle', 'lasso'].map(name => iconButton(name, words[`map_${name}`], () => this.setTool(name), name === 'pan'));
    this.turning = this.tools[0];
    this.turning.hidden = true;
    const pictures = iconButton('pictures', words.map_pictures, () => {
      state.pictures = !state.pictures;
      pictures.setAttribute('aria-pressed', String(state.pictures));
      state.changed('pictures');
    }, false);
    const zoom = factor => () => this.plots.forEach(plot => { plot.view.zoom(factor); plot.moved(); });
    const plain = (text, onclick) => make('button', {type: 'button', class: 'plain', hidden: 'hidden', onclick}, text);
    this.unfiltering = plain(words.map_show_all, () => this.showAll());
    this.describing = plain(words.map_describe, () => this.channel.describe());
    this.clearing = iconButton('clear', words.map_clear, () => this.clear());
    this.clearing.hidden = true;
    const saved = ['csv', 'list', 'page'].map(kind => make('button', {type: 'button', onclick: () => { this.saving.open = false; this.save(kind); }}, words[`map_save_${kind}`]));
    this.saving = make('details', {class: 'map-save'}, make('summary', {title: words.map_save}, iconButton('save', words.map_save).firstChild, make('span', {}, words.map_save)), make('div', {}, ...saved));
    this.saving.addEventListener('focusout', event => { if (!this.saving.contains(event.relatedTarget)) this.saving.open = false; });
    this.saving.hidden = !this.channel.save;
    return make('div', {class: 'map-bar'},
      make('label', {class: 'map-mode'}, make('span', {}, words.map_colour), mode), this.finder.root,
      make('span', {class: 'map-tools', role: 'group'}, ...this.tools, pictures, iconButton('more', words.map_nearer, zoom(1.5)), iconButton('less', words.map_farther, zoom(1 / 1.5)),
        iconButton('reset', words.map_reset, () => this.plots.forEach(plot => plot.reset()))),
      this.saving, make('span', {class: 'map-state'}, this.count, this.unfiltering, this.describing, this.clearing));
  }

  // --- maps

  map(name) {
    if (!this.maps.has(name)) {
      const {points} = this.listed.find(map => map.name === name);
      this.maps.set(name, this.channel.load(points).then(file => new PointMap(name, placesOf(file), file.dims)));
    }
    return this.maps.get(name).then(async map => { if (this.state.mode === 'hits') await this.hitsOf(map); return map; });
  }

  async hitsOf(map) {
    map.hits ??= (await this.channel.load(this.listed.find(one => one.name === map.name).hits)).hits;
  }

  async show(value) {
    const {state} = this;
    state.query = value.query ?? null;
    state.focus = value.focus ?? null;
    if (value.focus) state.current = value.focus.row;
    const {made, maps} = value.maps ?? this.setup;
    if (made !== this.made) { this.maps.clear(); Object.assign(this, {made, listed: maps, given: null}); }
    if (JSON.stringify(value.shown) !== this.given) {   // else the visitor has moved on by the slider
      this.given = JSON.stringify(value.shown);
      const [left, right] = value.shown;
      await Promise.all([this.place(0, left), right ? this.place(1, right) : this.remove(1)]);
      this.timeline.put(this.names.indexOf(left));
    }
    state.changed('focus');
    await new Promise(requestAnimationFrame);   // the points are drawn in this frame
    this.root.dataset.ready = 'yes';
  }

  async place(number, name) {
    const map = await this.map(name);
    if (!this.plots[number]) {
      const host = make('div', {class: 'map-plot', role: 'application', 'aria-roledescription': this.words.map, 'aria-label': name, 'aria-describedby': this.keys.id});
      this.home.append(host);
      this.plots[number] = new Plot(host, this.state, this.pictures, this.words, this.events());
      this.plots[number].gestures.tool = this.tool ?? 'pan';
      this.layout();
    }
    if (number === 0) this.timeline.stop();
    this.plots[number].host.setAttribute('aria-label', name);
    this.plots[number].show(map);
    this.turning.hidden = map.dims !== 3;
    if (!this.tool && !this.turning.hidden) this.setTool('turn');
    if (this.tool === 'turn' && this.turning.hidden) { this.setTool('pan'); this.tool = null; }
    if (number === 0) this.changedMap();
  }

  remove(number) {
    this.plots[number]?.close();
    this.plots.length = Math.min(this.plots.length, number);
    this.layout();
  }

  layout() {
    this.home.classList.toggle('two', this.plots.length > 1);
    this.plots.forEach(plot => { plot.title.hidden = this.names.length < 2; });
  }

  changedMap() {
    if (Object.entries(this.state.hidden).some(([mode, off]) => off.size && (mode === 'hits' || mode === 'density'))) this.refilter();
    else { this.legend.draw(this.plots[0].colouring); this.tell(); }
  }

  async reach(from, to, t, fetchOnly = false) {
    const mine = fetchOnly ? null : this.reaching = {};
    const maps = await Promise.all([this.map(this.names[from]), this.map(this.names[to])]);
    if (mine && this.reaching === mine && this.plots[0]) this.plots[0].between(...maps, t, 'slider');
  }

  // The slider rests on a map: the page is told, and the points walk there if they are not there yet.
  async settle(number, there = false) {
    const name = this.names[number];
    if (!there) this.plots[0].show(await this.map(name));
    this.timeline.put(number);
    this.changedMap();
    this.channel.send('settle', {map: name});
  }

  // --- what people do

  events() {
    return {
      hover: (plot, row, at) => {
        this.state.set('hover', row);
        if (row >= 0) this.tip.show(row, plot.host, at); else this.tip.hide();
        plot.host.classList.toggle('over-point', row >= 0);
      },
      choose: row => {
        this.tip.hide();
        this.state.focus = null;
        this.state.current = row;
        this.state.changed('focus');
        this.channel.send('point', {row});
      },
      select: (rows, how) => this.select(rows, how),
      clear: () => this.clear(),
      theme: () => this.theme ??= readTheme(this.root),
      moved: plot => this.moved(plot),
      turned: plot => this.plots.forEach(other => { if (other !== plot) other.face(plot.to.angles); }),
    };
  }

  moved(plot) {
    const {from, to, t} = plot;
    plot.title.textContent = t === 1 ? to.name : `${from.name} → ${to.name}`;
    // How far this map can be trusted: only where the points have arrived.
    const measured = t === 1 ? this.listed.find(map => map.name === to.name)?.quality ?? [] : [];
    plot.quality.replaceChildren(...measured.map(({name, value, hint}) => make('span', {title: hint}, make('b', {}, value), ` ${name}`)));
  }

  select(rows, how) {
    this.state.select(rows, how);
    this.channel.send('select', {rows: this.state.selectedCount ? bitsOf(this.state.selected) : ''});
  }

  // First what was chosen, with its lines and its cards; when nothing is chosen, the visitor's own picture.
  clear() {
    const {state} = this, looked = state.focus || state.current >= 0;
    this.tip.hide();
    if (!looked && !state.selectedCount) { if (state.query) this.channel.send('clear', {query: true}); return; }
    Object.assign(state, {current: -1, focus: null});
    if (state.selectedCount) this.select([], 'replace'); else state.changed('focus');
    if (looked) this.channel.send('clear', {query: false});
  }

  showAll() {
    Object.values(this.state.hidden).forEach(off => off.clear());
    return this.refilter();
  }

  // What one seeks is shown, also where it was switched off.
  async found(rows) {
    for (const [mode, off] of Object.entries(this.state.hidden)) {
      const codes = off.size ? await this.codesOf(mode) : null;
      if (codes) rows.forEach(row => off.delete(codes[row]));
    }
    await this.refilter();
    this.select(rows, 'replace');
    this.plots.forEach(plot => plot.seeRows(rows));
  }

  setTool(name) {
    this.tool = name;
    this.plots.forEach(plot => { plot.gestures.tool = name; plot.host.dataset.tool = name; });
    this.tools.forEach(button => button.setAttribute('aria-pressed', String(button.dataset.tool === name)));
  }

  async setMode(mode) {
    this.mode.value = mode;
    this.root.setAttribute('aria-busy', 'true');
    if (mode === 'hits') this.count.textContent = this.words.map_counting;
    try { if (mode === 'hits') await Promise.all(this.plots.map(plot => this.hitsOf(plot.to))); }
    catch { this.mode.value = this.state.mode; this.count.textContent = this.words.map_failed; return; }
    finally { this.root.removeAttribute('aria-busy'); }
    if (mode !== this.mode.value) return;   // another was chosen meanwhile
    this.state.mode = mode;
    this.state.changed('mode');
  }

  async refilter() {
    const codings = {};
    for (const [mode, off] of Object.entries(this.state.hidden)) if (off.size) codings[mode] = await this.codesOf(mode);
    this.state.filter(codings);
  }

  async codesOf(mode) {
    const plot = this.plots[0];
    if (mode === 'hits') await this.hitsOf(plot.to);
    return plot.codesOf(mode);
  }

  async save(kind) {
    const {state} = this;
    this.saving.setAttribute('aria-busy', 'true');
    const view = {
      shown: this.plots.map(one => one.to.name), mode: state.mode, selected: state.selectedCount ? bitsOf(state.selected) : '',
      visible: bitsOf(state.shown), hidden: Object.fromEntries(Object.entries(state.hidden).map(([mode, off]) => [mode, [...off]])),
      views: this.plots.map(plot => plot.place()), query: state.query, focus: state.focus, made: this.made,
    };
    try { await this.channel.save(kind, view); }
    catch { this.count.textContent = this.words.map_failed; }
    finally { this.saving.removeAttribute('aria-busy'); }
  }

  // --- what the page says

  follow(what) {
    if (!this.plots[0]?.colouring) return;
    if (what === 'mode' || what === 'filter' || what === 'selection') this.legend.draw(this.plots[0].colouring);
    if (what !== 'hover' && what !== 'marked' && what !== 'current') this.tell();
    if (what === 'hover') this.outlineCards();
  }

  tell() {
    const {state, words} = this, number = n => n.toLocaleString();
    let text = words.map_showing.replace('{shown}', number(state.shownCount)).replace('{n}', number(state.n));
    if (state.selectedCount) {
      const out = state.selected.reduce((sum, one, row) => sum + (one && !state.shown[row]), 0);
      text += ` · ${words[out ? 'map_chosen_hidden' : 'map_chosen'].replace('{n}', number(state.selectedCount)).replace('{hidden}', number(out))}`;
    }
    this.count.textContent = text;
    this.unfiltering.hidden = state.shownCount === state.n;
    this.describing.hidden = !state.selectedCount || !this.channel.describe;
    this.clearing.hidden = !state.selectedCount && !state.focus && !state.query;
  }

  // From the point to its picture in any list of results on the page.
  outlineCards() {
    document.querySelectorAll('[data-row].on-map').forEach(card => card.classList.remove('on-map'));
    if (this.state.hover >= 0) document.querySelectorAll(`[data-row="${this.state.hover}"]`).forEach(card => card.classList.add('on-map'));
  }
}

function readTheme(root) {
  const style = getComputedStyle(root), of = name => style.getPropertyValue(name).trim();
  const probe = make('canvas', {width: 1, height: 1}).getContext('2d', {willReadFrequently: true});
  const solid = colour => {   // any way to write a colour -> #rrggbb
    probe.fillStyle = '#000';
    probe.fillStyle = colour;
    probe.fillRect(0, 0, 1, 1);
    return `#${[...probe.getImageData(0, 0, 1, 1).data].slice(0, 3).map(v => v.toString(16).padStart(2, '0')).join('')}`;
  };
  const paper = solid(of('--background-fill-primary') || '#fff');
  const ink = solid(of('--body-text-color') || '#222');
  const [inkRgb, paperRgb] = [rgb(ink), rgb(paper)], outline = inkRgb.map((v, i) => 0.6 * v + 0.4 * paperRgb[i]);
  return {ink, paper, paperRgb, outline, accent: solid(of('--color-accent') || '#0d9488'), font: of('--font') || 'sans-serif'};
}
