// Which points are meant: near a position, inside a shape, in a direction. Positions (N * 2), masks (N,).
import {boundsOf, contains, insidePolygon} from './bounds.js';

// The nearest row within the radius, or -1; a linear search for positions that change every frame.
export function nearestRow(positions, visible, x, y, radius) {
  let smallest = radius * radius;
  let nearest = -1;
  for (let row = 0; row < visible.length; row++) {
    if (!visible[row]) continue;
    const distance = (positions[2 * row] - x) ** 2 + (positions[2 * row + 1] - y) ** 2;
    if (distance <= smallest) {
      smallest = distance;
      nearest = row;
    }
  }
  return nearest;
}

export function rowsInside(positions, visible, polygon) {
  const bounds = boundsOf(polygon.flat());
  const rows = [];
  for (let row = 0; row < visible.length; row++) {
    const [x, y] = [positions[2 * row], positions[2 * row + 1]];
    if (visible[row] && contains(bounds, x, y) && insidePolygon(polygon, x, y)) rows.push(row);
  }
  return rows;
}

// The next row for an arrow key: the nearest that lies mostly in the direction (dx, dy), one of them 0 and y upwards.
// Without a current row the first visible one; -1 if there is none.
export function nextRow(positions, visible, current, dx, dy) {
  if (current < 0) return visible.indexOf(1);
  const [x, y] = [positions[2 * current], positions[2 * current + 1]];
  let smallest = Infinity;
  let next = current;
  for (let row = 0; row < visible.length; row++) {
    if (!visible[row]) continue;
    const [offsetX, offsetY] = [positions[2 * row] - x, positions[2 * row + 1] - y];
    const along = offsetX * dx + offsetY * dy;
    const across = Math.abs(offsetX * dy) + Math.abs(offsetY * dx);
    const cost = along + 2 * across;
    if (along > 0 && along >= across && cost < smallest) {
      smallest = cost;
      next = row;
    }
  }
  return next;
}
