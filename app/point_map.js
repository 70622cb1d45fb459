// Draws the map in props.value (see point_map.py). Hover, type buttons and keyboard need no server;
// a click, or Enter, fires point_click with the id of the picture.
const find = selector => element.querySelector(selector);
const style = name => getComputedStyle(document.body).getPropertyValue(name).trim();

let map = null;            // the decoded value
let hidden = new Set();    // numbers of object types that are switched off
let current = -1;          // the selected row

function decode(text, Type) {
  const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
  return new Type(bytes.buffer);
}

function load() {
  if (!props.value) return;
  const value = JSON.parse(props.value);
  const sameGallery = map && map.ids.length === value.ids.length && map.ids[0] === value.ids[0];
  map = {...value, x: decode(value.x, Float32Array), y: decode(value.y, Float32Array), type: decode(value.type, Uint16Array)};
  if (!sameGallery) { hidden = new Set(); current = -1; }
  drawTypes();
  draw();
}

const shown = () => [...map.ids.keys()].filter(row => !hidden.has(map.type[row]));

function trace(rows, marker, extra = {}) {
  return {type: 'scattergl', mode: 'markers', hoverinfo: 'none', x: rows.map(r => map.x[r]), y: rows.map(r => map.y[r]),
          customdata: rows, marker, ...extra};
}

function traces() {
  const byType = map.types.map(() => []);
  shown().forEach(row => byType[map.type[row]].push(row));
  const size = map.ids.length > 20000 ? 4 : map.ids.length > 3000 ? 6 : 9;
  const all = byType.map((rows, number) => trace(rows, {
    size, color: map.types[number].colour, symbol: map.types[number].symbol,
    line: {width: map.ids.length > 3000 ? 0 : 0.6, color: style('--background-fill-primary')}}));
  const ink = style('--body-text-color');
  all.push(trace(current < 0 ? [] : [current], {size: size + 11, symbol: 'circle-open', color: ink, line: {width: 3}}));
  const query = map.query ? {x: [map.query[0]], y: [map.query[1]]} : {x: [], y: []};
  all.push({type: 'scattergl', mode: 'markers+text', hoverinfo: 'none', ...query, text: [map.words.map_query],
            textposition: 'top center', textfont: {color: ink, size: 13},
            marker: {size: 18, symbol: 'star', color: '#ffd400', line: {width: 2, color: ink}}});
  return all;
}

function draw() {
  const plot = find('.map-plot');
  if (!plot || !map) return;
  const probe = document.createElement('canvas').getContext('webgl');
  if (!probe) { plot.textContent = map.words.no_webgl; return; }
  probe.getExtension('WEBGL_lose_context')?.loseContext();
  const bare = {visible: false, scaleanchor: undefined};
  Plotly.react(plot, traces(), {
    margin: {l: 0, r: 0, t: 0, b: 0}, showlegend: false, hovermode: 'closest', dragmode: 'pan', uirevision: map.checkpoint,
    xaxis: bare, yaxis: {...bare, scaleanchor: 'x'}, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
  }, {responsive: true, scrollZoom: true, displaylogo: false, displayModeBar: false, doubleClick: 'reset'});
  if (!plot.dataset.wired) {
    plot.dataset.wired = 'yes';
    plot.on('plotly_click', event => choose(event.points[0].customdata));
    plot.on('plotly_hover', event => showTip(event.points[0].customdata, event.event));
    plot.on('plotly_unhover', hideTip);
    plot.addEventListener('keydown', onKey);
    plot.addEventListener('blur', hideTip);
  }
  const text = map.words.showing.replace('{shown}', shown().length.toLocaleString()).replace('{n}', map.ids.length.toLocaleString());
  find('.map-count').textContent = text;
  plot.setAttribute('aria-label', text);
}

function drawTypes() {
  const bar = find('.map-types');
  const button = (text, pressed, onclick, colour) => {
    const b = document.createElement('button');
    b.type = 'button';
    if (pressed !== null) b.setAttribute('aria-pressed', pressed);
    if (colour) { const dot = document.createElement('i'); dot.style.background = colour; b.append(dot); }
    b.append(text);
    b.onclick = () => { onclick(); drawTypes(); draw(); };
    return b;
  };
  const focused = [...bar.children].indexOf(document.activeElement);
  bar.replaceChildren(
    ...map.types.map((type, number) => button(type.name, !hidden.has(number),
      () => hidden.has(number) ? hidden.delete(number) : hidden.add(number), type.colour)),
    button(map.words.map_all, null, () => hidden.clear()),
    button(map.words.map_none, null, () => map.types.forEach((_, number) => hidden.add(number))),
    button(map.words.map_reset, null, () => Plotly.relayout(find('.map-plot'), {'xaxis.autorange': true, 'yaxis.autorange': true})),
  );
  if (focused >= 0) bar.children[focused]?.focus();
}

function choose(row) {
  hideTip();
  if (!Number.isInteger(row)) return;   // the query's own marker stands for no row
  current = row;
  draw();
  trigger('point_click', {id: map.ids[row]});
}

function showTip(row, event) {
  if (!Number.isInteger(row)) return;
  const tip = find('.map-tip'), box = find('.point-map').getBoundingClientRect(), type = map.types[map.type[row]];
  const image = new Image();
  image.src = `thumbnails/${map.thumbnails[row]}`;
  image.alt = '';
  const name = document.createElement('b'), kind = document.createElement('span');
  name.textContent = map.classes[row].replaceAll('_', ' ');
  kind.textContent = type.name;
  tip.replaceChildren(image, name, kind);
  tip.hidden = false;
  const x = (event?.clientX ?? box.left + box.width / 2) - box.left, y = (event?.clientY ?? box.top) - box.top;
  tip.style.left = `${Math.max(0, x + 14 + tip.offsetWidth < box.width ? x + 14 : x - 14 - tip.offsetWidth)}px`;
  tip.style.top = `${Math.max(0, y + 14 + tip.offsetHeight < box.height ? y + 14 : y - 14 - tip.offsetHeight)}px`;
}

function hideTip() { const tip = find('.map-tip'); if (tip) tip.hidden = true; }

// Arrow keys go to the nearest point that lies mostly in that direction.
function onKey(event) {
  const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
  if (event.key === 'Enter' && current >= 0) { event.preventDefault(); choose(current); return; }
  if (event.key === 'Escape') { hideTip(); return; }
  if (!step) return;
  event.preventDefault();
  const rows = shown();
  if (current < 0) current = rows[0] ?? -1;
  else {
    let best = Infinity, next = current;
    for (const row of rows) {
      const dx = map.x[row] - map.x[current], dy = map.y[row] - map.y[current];
      const along = dx * step[0] + dy * step[1], across = Math.abs(dx * step[1]) + Math.abs(dy * step[0]);
      if (along > 0 && along >= across && along + 2 * across < best) { best = along + 2 * across; next = row; }
    }
    current = next;
  }
  draw();
  if (current >= 0) {
    const plot = find('.map-plot'), box = plot.getBoundingClientRect(), layout = plot._fullLayout;
    showTip(current, {clientX: box.left + layout.xaxis.c2p(map.x[current]), clientY: box.top + layout.yaxis.c2p(map.y[current])});
  }
}

// A neighbour that is pressed beside the map is found on it.
document.addEventListener('click', event => {
  const row = map ? map.ids.indexOf(event.target.closest?.('#map-detail [data-id]')?.dataset.id) : -1;
  if (row >= 0) { current = row; draw(); }
});
watch('value', load);
new MutationObserver(draw).observe(document.body, {attributeFilter: ['class']});
load();
