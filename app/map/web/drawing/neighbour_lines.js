// Lines from the focused image, or from the query, to its neighbours, with their ranks.
import {fillTextOutlined, withAlpha} from './outlined.js';

const MIN_LENGTH_PX = 24; // a shorter line has no room for its rank
const MIN_RANK_DISTANCE_PX = 15;

// `mark(row)` draws a ring around a neighbour.
export function drawNeighbourLines(context, theme, plot, mark) {
  const {row, neighbours} = plot.state.focus;
  const start = row >= 0 ? plot.screen(row) : plot.queryOnScreen();
  if (!start) return;
  const {types} = plot.state.data;
  const ranked = []; // ends of lines that have a rank
  (neighbours[plot.projection.name] ?? []).forEach((neighbour, i) => {
    const end = plot.screen(neighbour);
    const sameType = row < 0 || types[neighbour] === types[row];
    drawLine(context, theme, start, end, sameType);
    mark(neighbour);
    const [dx, dy] = [end[0] - start[0], end[1] - start[1]];
    const length = Math.hypot(dx, dy);
    const isFree = ranked.every(([x, y]) => Math.hypot(x - end[0], y - end[1]) >= MIN_RANK_DISTANCE_PX);
    if (length < MIN_LENGTH_PX || !isFree) return;
    ranked.push(end);
    const offset = plot.thumbnailRows.has(neighbour) ? plot.thumbnailSize / 2 + 10 : 17; // beyond the neighbour
    const [x, y] = [end[0] + (dx / length) * offset, end[1] + (dy / length) * offset];
    fillTextOutlined(context, theme, {text: String(i + 1), weight: 700, size: 12}, x, y);
  });
}

// Solid to a neighbour of the same object type, dashed to one of another type.
function drawLine(context, theme, start, end, sameType) {
  context.setLineDash(sameType ? [] : [6, 5]);
  for (const [lineWidth, strokeStyle, alpha] of [
    [5, theme.background, 0.7],
    [2.2, theme.text, 0.9],
  ]) {
    withAlpha(context, alpha, () => {
      context.beginPath();
      context.moveTo(...start);
      context.lineTo(...end);
      Object.assign(context, {lineWidth, strokeStyle});
      context.stroke();
    });
  }
  context.setLineDash([]);
}
