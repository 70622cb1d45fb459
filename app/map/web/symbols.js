// The markers of app/components/palette.py, each defined once: corners on a circle of radius 1, or nothing for the circle itself.

export const SYMBOLS = ['circle', 'square', 'diamond', 'cross', 'triangle-up', 'triangle-down', 'star', 'hexagon', 'x', 'pentagon', 'hourglass'];

const ring = (n, turn = 0, radius = () => 1) => Array.from({length: n}, (_, i) => {
  const angle = turn + 2 * Math.PI * i / n;
  return [radius(i) * Math.sin(angle), -radius(i) * Math.cos(angle)];
});
const arm = 0.36;
const plus = [[-arm, -1], [arm, -1], [arm, -arm], [1, -arm], [1, arm], [arm, arm], [arm, 1], [-arm, 1], [-arm, arm], [-1, arm], [-1, -arm], [-arm, -arm]];
const CORNERS = {
  square: [[-0.84, -0.84], [0.84, -0.84], [0.84, 0.84], [-0.84, 0.84]],
  diamond: ring(4),
  cross: plus,
  'triangle-up': [[0, -0.95], [1, 0.8], [-1, 0.8]],
  'triangle-down': [[0, 0.95], [1, -0.8], [-1, -0.8]],
  star: ring(10, 0, i => i % 2 ? 0.48 : 1.1),
  hexagon: ring(6),
  x: plus.map(([x, y]) => [(x - y) * 0.72, (x + y) * 0.72]),
  pentagon: ring(5),
  hourglass: [[-0.85, -0.95], [0.85, -0.95], [0.2, 0], [0.85, 0.95], [-0.85, 0.95], [-0.2, 0]],
};

// Adds the outline to the path of a 2-D canvas.
export function traceSymbol(context, symbol, x, y, radius) {
  const corners = CORNERS[symbol];
  if (!corners) { context.moveTo(x + radius, y); context.arc(x, y, radius, 0, 2 * Math.PI); return; }
  corners.forEach(([cx, cy], i) => i ? context.lineTo(x + cx * radius, y + cy * radius) : context.moveTo(x + cx * radius, y + cy * radius));
  context.closePath();
}

export function symbolSvg(symbol, colour) {
  const corners = CORNERS[symbol];
  const shape = corners ? `<polygon points="${corners.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' ')}"/>` : '<circle r="0.95"/>';
  return `<svg viewBox="-1.15 -1.15 2.3 2.3" aria-hidden="true" fill="${colour}">${shape}</svg>`;
}

// All markers side by side for the graphics card: red where the marker is, green where it or its edge is.
export function symbolSheet(tile) {
  const canvas = document.createElement('canvas');
  canvas.width = tile * SYMBOLS.length;
  canvas.height = tile;
  const context = canvas.getContext('2d');
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, tile);
  context.globalCompositeOperation = 'lighter';
  context.lineJoin = 'round';
  SYMBOLS.forEach((symbol, i) => {
    context.beginPath();
    traceSymbol(context, symbol, (i + 0.5) * tile, tile / 2, tile * 0.36);
    context.fillStyle = '#f00';
    context.fill();
    context.globalCompositeOperation = 'lighten';
    context.fillStyle = context.strokeStyle = '#0f0';
    context.lineWidth = tile * 0.12;
    context.fill();
    context.stroke();
    context.globalCompositeOperation = 'lighter';
  });
  return canvas;
}
