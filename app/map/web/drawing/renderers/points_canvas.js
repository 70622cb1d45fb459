// Draws the points on a 2-D canvas where WebGL 2 is missing. Has the methods of WebglPoints; slow above 20,000 points.
import {lerp} from '../../geometry/interpolation.js';
import {SYMBOLS, traceSymbol} from '../symbols.js';

const MIN_SYMBOL_PX = 5; // smaller points are squares

export class CanvasPoints {
  data = {};

  constructor(canvas) {
    this.context = canvas.getContext('2d');
  }

  setPositions(from, to, depth = null) {
    Object.assign(this.data, {from, to, depth});
  }

  setStyles(colours, symbols) {
    Object.assign(this.data, {colours, symbols});
  }

  setOrder(rows, foreground) {
    Object.assign(this.data, {rows, foreground});
  }

  close() {}

  draw(view, options) {
    const {colours, rows} = this.data;
    this.context.setTransform(options.ratio, 0, 0, options.ratio, 0, 0);
    this.context.clearRect(0, 0, view.width, view.height);
    if (!rows?.length || !colours) return;
    this.context.lineWidth = 0.6;
    const firstForeground = rows.length - this.data.foreground;
    rows.forEach((row, i) => this.drawPoint(row, i >= firstForeground, view, options));
  }

  drawPoint(row, foreground, view, {t, size, alpha, edge, outline, dimmed}) {
    const {from, to, depth, colours, symbols} = this.data;
    const [i, j] = [2 * row, 2 * row + 1];
    const [x, y] = view.toScreen(lerp(from[i], to[i], t), lerp(from[j], to[j], t));
    if (x < -size || y < -size || x > view.width + size || y > view.height + size) return;
    const {context} = this;
    const nearness = depth ? depth[row] : 0;
    const diameter = size * (colours[4 * row + 3] / 100) * (1 + 0.35 * nearness);
    const opacity = dimmed ? (foreground ? 1 : dimmed) : alpha;
    context.globalAlpha = opacity * (depth ? 0.7 + 0.3 * nearness : 1);
    context.fillStyle = `rgb(${colours.subarray(4 * row, 4 * row + 3)})`;
    if (size < MIN_SYMBOL_PX) {
      context.fillRect(x - diameter / 2, y - diameter / 2, diameter, diameter);
      return;
    }
    context.strokeStyle = `rgb(${dimmed && foreground ? outline : edge})`;
    context.beginPath();
    traceSymbol(context, SYMBOLS[symbols[row]], x, y, diameter / 2);
    context.fill();
    context.stroke();
  }
}
