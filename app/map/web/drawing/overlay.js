// What is drawn above the points, on a 2-D canvas: thumbnails, labels, neighbour lines, rings, the query, the lasso.
import {placeLabels} from './labels.js';
import {drawNeighbourLines} from './neighbour_lines.js';
import {fillTextOutlined, strokeOutlined, withAlpha} from './outlined.js';
import {traceSymbol} from './symbols.js';

const QUERY_COLOUR = '#ffd400';
const QUERY_RADIUS_PX = 10;
const STAR_DISTANCE_PX = 24; // from a point
const MAX_LABELS = 26;
const MAX_TRAILS = 400;

export class Overlay {
  constructor(canvas) {
    this.context = canvas.getContext('2d');
  }

  draw(plot, theme, ratio) {
    const {context} = this;
    const {view, state} = plot;
    this.theme = theme;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    this.drawTrails(plot);
    this.drawThumbnails(plot);
    if (state.focus) {
      drawNeighbourLines(context, theme, plot, row => this.drawMark(plot, row, {gap: 3, width: 2, colour: theme.text}));
    }
    this.drawMark(plot, state.current, {gap: 6, width: 3, colour: theme.text});
    this.drawMark(plot, state.hovered, {gap: 4, width: 2.5, colour: theme.accent});
    this.drawMark(plot, state.highlighted, {gap: 9, width: 4, colour: theme.accent});
    const query = plot.queryOnScreen();
    const star = query && starOf(query, plot);
    const nameOfQuery = star && this.placeQueryName(star, plot.words.map_query, view.width);
    this.drawLabels(plot, star ? [nameOfQuery, {x: star[0], y: star[1], halfWidth: 14}] : []);
    if (query) this.drawQuery(query, star, plot.words.map_query, nameOfQuery);
    if (plot.selectionShape) this.drawSelectionShape(plot.selectionShape);
  }

  // A ring around a point, a frame around a thumbnail.
  drawMark(plot, row, {gap, width, colour}) {
    if (row < 0) return;
    const [x, y] = plot.screen(row);
    strokeOutlined(this.context, this.theme, {width, colour}, context => {
      if (plot.thumbnailRows.has(row)) traceFrame(context, x, y, plot.thumbnailSize + gap, 8);
      else context.arc(x, y, plot.pointSize() / 2 + gap, 0, 2 * Math.PI);
    });
  }

  // During a transition: where the selected points came from.
  drawTrails(plot) {
    const {state, transition, view} = plot;
    if (transition.isComplete || !state.selectedCount) return;
    const {context} = this;
    context.strokeStyle = this.theme.text;
    context.lineWidth = 1;
    context.beginPath();
    for (const row of state.drawOrder.filter(candidate => state.selected[candidate]).subarray(0, MAX_TRAILS)) {
      context.moveTo(...view.toScreen(...transition.startOf(row)));
      context.lineTo(...plot.screen(row));
    }
    withAlpha(context, 0.18, () => context.stroke());
  }

  drawThumbnails(plot) {
    for (const row of plot.thumbnailRows) {
      const image = plot.thumbnails.get(row);
      if (!image) continue;
      const isDimmed = plot.state.visibleSelectedCount && !plot.state.selected[row];
      withAlpha(this.context, isDimmed ? 0.25 : 1, () => this.drawThumbnail(plot, row, image));
    }
  }

  // The central square of the image, with rounded corners and a border in the colour of its point.
  drawThumbnail(plot, row, image) {
    const {context} = this;
    const [x, y] = plot.screen(row);
    const size = plot.thumbnailSize;
    const side = Math.min(image.naturalWidth, image.naturalHeight);
    const [left, top] = [(image.naturalWidth - side) / 2, (image.naturalHeight - side) / 2];
    context.save();
    context.beginPath();
    traceFrame(context, x, y, size, 9);
    context.fillStyle = '#fff'; // behind transparent images
    context.fill();
    context.clip();
    context.drawImage(image, left, top, side, side, x - size / 2, y - size / 2, size, size);
    context.restore();
    context.beginPath();
    traceFrame(context, x, y, size, 9);
    context.lineWidth = 2.5;
    context.strokeStyle = plot.colourOf(row);
    context.stroke();
  }

  drawLabels(plot, taken) {
    if (!plot.labels.length) return;
    const {context, theme} = this;
    const font = {weight: 600, size: theme.labelSize};
    context.font = `${font.weight} ${font.size}px ${theme.font}`;
    const widthOf = name => context.measureText(name).width;
    const places = placeLabels(plot.labels, plot.view, widthOf, MAX_LABELS, taken, plot.surroundings());
    withAlpha(context, plot.state.visibleSelectedCount ? 0.75 : 1, () => {
      for (const {name, screenX, screenY} of places) {
        fillTextOutlined(context, theme, {text: name, ...font}, screenX, screenY);
      }
    });
  }

  // Above the star, or below it at the top of the canvas; inside the canvas of this width.
  placeQueryName([x, y], name, width) {
    const {context, theme} = this;
    context.font = `700 ${theme.labelSize}px ${theme.font}`;
    const halfWidth = context.measureText(name).width / 2 + 6;
    return {x: Math.max(halfWidth, Math.min(x, width - halfWidth)), y: y < 34 ? y + 24 : y - 24, halfWidth};
  }

  drawQuery(query, [x, y], name, place) {
    const {context, theme} = this;
    const traceStar = target => traceSymbol(target, 'star', x, y, QUERY_RADIUS_PX);
    context.lineJoin = 'round';
    strokeOutlined(context, theme, {width: 2, colour: theme.text}, target => {
      target.moveTo(...query);
      target.lineTo(x, y);
    });
    strokeOutlined(context, theme, {width: 2.5, colour: theme.text}, traceStar);
    context.fillStyle = QUERY_COLOUR;
    context.fill();
    fillTextOutlined(context, theme, {text: name, weight: 700, size: theme.labelSize}, place.x, place.y);
  }

  drawSelectionShape(corners) {
    const {context, theme} = this;
    context.beginPath();
    for (const corner of corners) context.lineTo(...corner);
    context.closePath();
    context.fillStyle = theme.accent;
    withAlpha(context, 0.12, () => context.fill());
    context.setLineDash([5, 4]);
    context.lineWidth = 1.8;
    context.strokeStyle = theme.accent;
    context.stroke();
    context.setLineDash([]);
  }
}

// A star at a point would hide it and the neighbours at the same place: it is above the point, or below it at the top.
function starOf([x, y], plot) {
  if (!plot.isAtPoint(x, y)) return [x, y];
  return [x, y > 60 ? y - STAR_DISTANCE_PX : y + STAR_DISTANCE_PX];
}

// A square of side `size` about (x, y), with corners of radius size / `roundness`.
function traceFrame(context, x, y, size, roundness) {
  context.roundRect(x - size / 2, y - size / 2, size, size, size / roundness);
}
