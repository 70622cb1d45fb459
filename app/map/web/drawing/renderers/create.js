// Chooses the renderer of the points. Both have setPositions, setStyles, setOrder, draw and close.
import {CanvasPoints} from './points_canvas.js';
import {WebglPoints} from './points_webgl.js';

// Returns {name: 'webgl' or 'canvas', points, canvas}. `onrestored()`: the graphics context was lost and is back.
export function createRenderer(canvas, onrestored) {
  try {
    const points = new WebglPoints(canvas);
    points.onrestored = onrestored;
    return {name: 'webgl', points, canvas};
  } catch (error) {
    console.info(`The map is drawn without WebGL 2: ${error.message}`);
    const replacement = canvas.cloneNode(); // a canvas keeps the kind of its first context
    canvas.replaceWith(replacement);
    return {name: 'canvas', points: new CanvasPoints(replacement), canvas: replacement};
  }
}
