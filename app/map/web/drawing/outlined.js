// Strokes and text with a border in the background colour, readable on top of any points.

// Strokes the path that `trace(context)` adds.
export function strokeOutlined(context, theme, {width, colour}, trace) {
  for (const [lineWidth, strokeStyle] of [
    [width + 3, theme.background],
    [width, colour],
  ]) {
    context.beginPath();
    trace(context);
    Object.assign(context, {lineWidth, strokeStyle});
    context.stroke();
  }
}

// Centred on (x, y).
export function fillTextOutlined(context, theme, {text, weight, size}, x, y) {
  context.font = `${weight} ${size}px ${theme.font}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineJoin = 'round';
  context.lineWidth = 4;
  context.strokeStyle = theme.background;
  context.strokeText(text, x, y);
  context.fillStyle = theme.text;
  context.fillText(text, x, y);
}

export function withAlpha(context, alpha, draw) {
  context.globalAlpha = alpha;
  draw();
  context.globalAlpha = 1;
}
