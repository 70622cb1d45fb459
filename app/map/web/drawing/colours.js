// Colours as '#rrggbb' and as [red, green, blue] from 0 to 255.

export const UNKNOWN_COLOUR = '#8a93a3'; // images without a label

export const hexFromRgb = rgb => `#${rgb.map(value => value.toString(16).padStart(2, '0')).join('')}`;

export const rgbFromHex = colour => [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16));

// Hue in degrees, the others 0..1; the formula of CSS Color Module Level 4, section 7.
export function hexFromHsl(hue, saturation, lightness) {
  const chroma = saturation * Math.min(lightness, 1 - lightness);
  const channel = n => {
    const k = (n + hue / 30) % 12;
    return lightness - chroma * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return hexFromRgb([channel(0), channel(8), channel(4)].map(value => Math.round(255 * value)));
}
