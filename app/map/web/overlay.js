// What lies over the points, on a plain canvas: pictures, names, lines to neighbours, rings, the query, the lasso.
import {fitLabels} from './labels.js';
import {traceSymbol} from './symbols.js';

const STAR = '#ffd400';

export class Overlay {
  constructor(canvas) { this.context = canvas.getContext('2d'); }

  draw(plot, theme, ratio) {
    const {context} = this, {view, state} = plot;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    this.theme = theme;
    this.trails(plot);
    this.pictures(plot);
    if (plot.labels.length) this.names(plot);
    if (state.focus) this.lines(plot, state.focus);
    this.mark(plot, state.current, 6, 3, theme.ink);
    this.mark(plot, state.hover, 4, 2.5, theme.accent);
    this.mark(plot, state.marked, 9, 4, theme.accent);
    const place = plot.queryPlace();
    if (place) this.star(place, plot.words.map_query, view.width);
    if (plot.shape) this.shape(plot.shape);
  }

  // Around a point a ring, around a picture a frame.
  mark(plot, row, gap, width, colour) {
    if (row < 0) return;
    if (!plot.drawn.has(row)) { this.ring(plot.screen(row), plot.pointSize() / 2 + gap, width, colour); return; }
    const [x, y] = plot.screen(row), half = plot.pictureSize / 2 + gap / 2;
    this.outline(width, colour, context => context.roundRect(x - half, y - half, 2 * half, 2 * half, half / 4));
  }

  ring([x, y], radius, width, colour) {
    this.outline(width, colour, context => context.arc(x, y, radius, 0, 2 * Math.PI));
  }

  outline(width, colour, trace) {
    const {context} = this;
    for (const [line, stroke] of [[width + 3, this.theme.paper], [width, colour]]) {
      context.beginPath();
      trace(context);
      context.lineWidth = line;
      context.strokeStyle = stroke;
      context.stroke();
    }
  }

  // While one map turns into another, where the chosen pictures came from.
  trails(plot) {
    if (plot.t <= 0 || plot.t >= 1 || !plot.state.selectedCount) return;
    const {context} = this;
    context.strokeStyle = this.theme.ink;
    context.globalAlpha = 0.18;
    context.lineWidth = 1;
    context.beginPath();
    let left = 400;
    for (const row of plot.state.shuffled) if (plot.state.selected[row] && left-- > 0) {
      context.moveTo(...plot.view.toScreen(plot.from.places[2 * row], plot.from.places[2 * row + 1]));
      context.lineTo(...plot.screen(row));
    }
    context.stroke();
    context.globalAlpha = 1;
  }

  pictures(plot) {
    const {context} = this, {state} = plot, size = plot.pictureSize;
    for (const row of plot.drawn) {
      const image = plot.pictures.get(row);
      if (!image) continue;
      const [x, y] = plot.screen(row), side = Math.min(image.naturalWidth, image.naturalHeight);
      context.globalAlpha = state.selectedCount && !state.selected[row] ? 0.25 : 1;
      context.save();
      context.beginPath();
      context.roundRect(x - size / 2, y - size / 2, size, size, size / 9);
      context.fillStyle = '#fff';
      context.fill();
      context.clip();
      context.drawImage(image, (image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2, side, side, x - size / 2, y - size / 2, size, size);
      context.restore();
      context.beginPath();
      context.roundRect(x - size / 2, y - size / 2, size, size, size / 9);
      context.lineWidth = 2.5;
      context.strokeStyle = plot.colourOf(row);
      context.stroke();
    }
    context.globalAlpha = 1;
  }

  names(plot) {
    const {context, theme} = this;
    context.font = `600 13px ${theme.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    const screen = label => plot.view.toScreen(label.x, label.y);
    context.globalAlpha = plot.state.selectedCount ? 0.75 : 1;
    for (const {name, sx, sy} of fitLabels(context, plot.labels, screen, plot.view, 26)) this.text(name, sx, sy);
    context.globalAlpha = 1;
  }

  text(text, x, y) {
    const {context, theme} = this;
    context.lineWidth = 4;
    context.strokeStyle = theme.paper;
    context.strokeText(text, x, y);
    context.fillStyle = theme.ink;
    context.fillText(text, x, y);
  }

  // Solid to a neighbour of the same type, dashed to one of another.
  lines(plot, {row, neighbours}) {
    const from = row >= 0 ? plot.screen(row) : plot.queryPlace(), {context, theme} = this, types = plot.state.data.types;
    if (!from) return;
    const ranks = [];
    (neighbours[plot.to.name] ?? []).forEach((other, rank) => {
      const to = plot.screen(other), same = row < 0 || types[other] === types[row];
      for (const [width, colour] of [[5, theme.paper], [2.2, theme.ink]]) {
        context.beginPath();
        context.moveTo(...from);
        context.lineTo(...to);
        context.setLineDash(same ? [] : [6, 5]);
        context.lineWidth = width;
        context.strokeStyle = colour;
        context.globalAlpha = width > 4 ? 0.7 : 0.9;
        context.stroke();
      }
      context.setLineDash([]);
      context.globalAlpha = 1;
      this.mark(plot, other, 3, 2, theme.ink);
      this.rank(String(rank + 1), from, to, ranks, plot.drawn.has(other) ? plot.pictureSize / 2 + 10 : 17);
    });
  }

  // The rank stands beside the neighbour, away from where the line comes from, and only where there is room.
  rank(text, from, to, ranks, away) {
    const dx = to[0] - from[0], dy = to[1] - from[1], length = Math.hypot(dx, dy) || 1;
    if (length < 24 || ranks.some(([x, y]) => Math.hypot(x - to[0], y - to[1]) < 15)) return;
    ranks.push(to);
    this.context.font = `700 12px ${this.theme.font}`;
    this.context.textAlign = 'center';
    this.context.textBaseline = 'middle';
    this.text(text, to[0] + dx / length * away, to[1] + dy / length * away);
  }

  star([x, y], name, width) {
    const {context, theme} = this;
    context.beginPath();
    traceSymbol(context, 'star', x, y, 13);
    context.lineJoin = 'round';
    context.lineWidth = 5;
    context.strokeStyle = theme.paper;
    context.stroke();
    context.lineWidth = 2.5;
    context.strokeStyle = theme.ink;
    context.stroke();
    context.fillStyle = STAR;
    context.fill();
    context.font = `700 13px ${theme.font}`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    const half = context.measureText(name).width / 2 + 6;  // the name stays within the frame
    this.text(name, Math.max(half, Math.min(x, width - half)), y < 34 ? y + 24 : y - 24);
  }

  shape(corners) {
    const {context, theme} = this;
    context.beginPath();
    corners.forEach(([x, y], i) => i ? context.lineTo(x, y) : context.moveTo(x, y));
    context.closePath();
    context.globalAlpha = 0.12;
    context.fillStyle = theme.accent;
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash([5, 4]);
    context.lineWidth = 1.8;
    context.strokeStyle = theme.accent;
    context.stroke();
    context.setLineDash([]);
  }
}
