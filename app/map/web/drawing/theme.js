// Colours and font of the page, from the variables of Gradio's theme.
import {hexFromRgb, rgbFromHex} from './colours.js';

const LABEL_REM = 0.81;

// {name}: light or dark; {text, background, accent}: '#rrggbb'; {backgroundRgb, outlineRgb}: [red, green, blue] 0..255; {font}; {labelSize} px.
export function readTheme(element) {
  const style = getComputedStyle(element);
  const read = name => style.getPropertyValue(name).trim();
  const background = toHex(read('--background-fill-primary') || '#fff');
  const text = toHex(read('--body-text-color') || '#222');
  const [textRgb, backgroundRgb] = [rgbFromHex(text), rgbFromHex(background)];
  return {
    name: Math.max(...textRgb) > Math.max(...backgroundRgb) ? 'dark' : 'light',
    text,
    background,
    backgroundRgb,
    outlineRgb: textRgb.map((value, i) => 0.6 * value + 0.4 * backgroundRgb[i]),
    accent: toHex(read('--color-accent') || '#0d9488'),
    font: read('--font') || 'sans-serif',
    labelSize: LABEL_REM * parseFloat(getComputedStyle(document.documentElement).fontSize),
  };
}

// Any CSS colour -> #rrggbb: the canvas parses it.
function toHex(colour) {
  const context = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  context.fillStyle = '#000'; // remains if the colour is invalid
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return hexFromRgb([...context.getImageData(0, 0, 1, 1).data].slice(0, 3));
}
