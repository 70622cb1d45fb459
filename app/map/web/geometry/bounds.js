// Bounding boxes [left, bottom, right, top], y upwards.

// `positions` (N * 2): x and y in turn.
export function boundsOf(positions) {
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i]);
    right = Math.max(right, positions[i]);
    bottom = Math.min(bottom, positions[i + 1]);
    top = Math.max(top, positions[i + 1]);
  }
  return [left, bottom, right, top];
}

export function contains([left, bottom, right, top], x, y) {
  return x >= left && x <= right && y >= bottom && y <= top;
}

// Even-odd rule; `polygon` holds [x, y] corners.
export function insidePolygon(polygon, x, y) {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
