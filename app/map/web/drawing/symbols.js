// The markers of app/components/palette.py: corners on a circle of radius 1, y downwards; the circle itself has none.

export const SYMBOLS = [
  'circle',
  'square',
  'diamond',
  'cross',
  'triangle-up',
  'triangle-down',
  'star',
  'hexagon',
  'x',
  'pentagon',
  'hourglass',
];

// Fraction of a tile of the atlas texture that a marker fills.
export const TILE_FILL = 0.72;

const regularPolygon = (n, radiusOf = () => 1) =>
  Array.from({length: n}, (_, i) => {
    const angle = (2 * Math.PI * i) / n;
    return [radiusOf(i) * Math.sin(angle), -radiusOf(i) * Math.cos(angle)];
  });

const ARM = 0.36; // half the width of the arms of a cross
const CROSS = [
  [-ARM, -1],
  [ARM, -1],
  [ARM, -ARM],
  [1, -ARM],
  [1, ARM],
  [ARM, ARM],
  [ARM, 1],
  [-ARM, 1],
  [-ARM, ARM],
  [-1, ARM],
  [-1, -ARM],
  [-ARM, -ARM],
];

const CORNERS = {
  square: [
    [-0.84, -0.84],
    [0.84, -0.84],
    [0.84, 0.84],
    [-0.84, 0.84],
  ],
  diamond: regularPolygon(4),
  cross: CROSS,
  'triangle-up': [
    [0, -0.95],
    [1, 0.8],
    [-1, 0.8],
  ],
  'triangle-down': [
    [0, 0.95],
    [1, -0.8],
    [-1, -0.8],
  ],
  star: regularPolygon(10, i => (i % 2 ? 0.48 : 1.1)),
  hexagon: regularPolygon(6),
  x: CROSS.map(([x, y]) => [(x - y) * 0.72, (x + y) * 0.72]),
  pentagon: regularPolygon(5),
  hourglass: [
    [-0.85, -0.95],
    [0.85, -0.95],
    [0.45, 0],
    [0.85, 0.95],
    [-0.85, 0.95],
    [-0.45, 0],
  ],
};

// Adds the outline of a marker to the current path of a 2-D context.
export function traceSymbol(context, symbol, x, y, radius) {
  const corners = CORNERS[symbol];
  if (!corners) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  corners.forEach(([cornerX, cornerY], i) => {
    const point = [x + cornerX * radius, y + cornerY * radius];
    if (i === 0) context.moveTo(...point);
    else context.lineTo(...point);
  });
  context.closePath();
}

export function symbolSvg(symbol, colour) {
  const points = CORNERS[symbol]?.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' ');
  const shape = points ? `<polygon points="${points}"/>` : '<circle r="0.95"/>';
  return `<svg viewBox="-1.15 -1.15 2.3 2.3" aria-hidden="true" fill="${colour}">${shape}</svg>`;
}

// Texture atlas with all markers in a row: red inside the marker, green inside the marker or its edge.
export function symbolAtlas(tileSize) {
  const canvas = document.createElement('canvas');
  canvas.width = tileSize * SYMBOLS.length;
  canvas.height = tileSize;
  const context = canvas.getContext('2d');
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, tileSize);
  context.globalCompositeOperation = 'lighten'; // the larger value of each channel
  context.lineJoin = 'round';
  context.lineWidth = tileSize * 0.12;
  context.strokeStyle = '#0f0';
  SYMBOLS.forEach((symbol, i) => {
    context.beginPath();
    traceSymbol(context, symbol, (i + 0.5) * tileSize, tileSize / 2, (tileSize * TILE_FILL) / 2);
    for (const colour of ['#f00', '#0f0']) {
      context.fillStyle = colour;
      context.fill();
    }
    context.stroke();
  });
  return canvas;
}
