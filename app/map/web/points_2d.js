// Draws the points on a plain canvas where WebGL 2 is missing: the same calls as GlPoints, slower above some 20,000.
import {SYMBOLS, traceSymbol} from './symbols.js';

export class FlatPoints {
  given = {};
  constructor(canvas) { this.context = canvas.getContext('2d'); }
  setPlaces(from, to, near = null) { Object.assign(this.given, {from, to, near}); }
  setColours(colours, symbols) { Object.assign(this.given, {colours, symbols}); }
  setOrder(rows, front) { Object.assign(this.given, {rows, front}); }
  close() {}

  draw(view, {t, size, alpha, edge, outline, ratio, dimmed}) {
    const {from, to, near, colours, symbols, rows, front} = this.given, context = this.context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    if (!rows?.length || !colours) return;
    context.lineWidth = 0.6;
    rows.forEach((row, i) => {
      const x = from[2 * row] + (to[2 * row] - from[2 * row]) * t, y = from[2 * row + 1] + (to[2 * row + 1] - from[2 * row + 1]) * t;
      const [sx, sy] = view.toScreen(x, y);
      if (sx < -size || sy < -size || sx > view.width + size || sy > view.height + size) return;
      const behind = i < rows.length - front;
      context.strokeStyle = `rgb(${dimmed && !behind ? outline : edge})`;
      const depth = near ? near[row] : 0, px = size * (1 + 0.35 * depth);
      context.globalAlpha = (dimmed ? (behind ? dimmed : 1) : alpha) * (near ? 0.7 + 0.3 * depth : 1);
      context.fillStyle = `rgb(${colours[4 * row]},${colours[4 * row + 1]},${colours[4 * row + 2]})`;
      if (size < 5) { context.fillRect(sx - px / 2, sy - px / 2, px, px); return; }
      context.beginPath();
      traceSymbol(context, SYMBOLS[symbols[row]], sx, sy, px / 2);
      context.fill();
      context.stroke();
    });
  }
}
