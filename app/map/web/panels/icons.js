// SVG contents on a 24 x 24 canvas, drawn in lines of the text colour.

const PAN_ARROWS = 'M12 3l-2.5 2.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5M3 12l2.5 2.5';

export const ICONS = {
  pan: `<path d="M12 3v18M3 12h18${PAN_ARROWS}M21 12l-2.5-2.5M21 12l-2.5 2.5"/>`,
  rotate: '<path d="M4 12c0-3 3.5-5 8-5s8 2 8 5-3.5 5-8 5M12 17l3-3M12 17l3 3"/>',
  rectangle: '<rect x="4" y="6" width="16" height="12" stroke-dasharray="3.5 2.5"/>',
  lasso:
    '<path stroke-dasharray="3.5 2.5" d="M12 5c5 0 8 2.3 8 5s-3 5-8 5-8-2.3-8-5 3-5 8-5z"/>' +
    '<path d="M8 15c-1.5 1-1.5 3 0 3.5s2 2 1 3"/>',
  thumbnails:
    '<rect x="3" y="4" width="18" height="16" rx="2"/><circle cx="9" cy="10" r="1.8"/>' +
    '<path d="M4 18l5-4.5 3.5 3 4-4.5 4 4"/>',
  zoomIn: '<path d="M12 5v14M5 12h14"/>',
  zoomOut: '<path d="M5 12h14"/>',
  reset: '<path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/>',
  save: '<path d="M12 4v11M7.5 11L12 15.5 16.5 11M4 20h16"/>',
  clear: '<path d="M6 6l12 12M18 6L6 18"/>',
  play: '<path d="M7 4.5v15l12-7.500z" fill="currentColor"/>',
  pause: '<path d="M8 5v14M16 5v14" stroke-width="3.5"/>',
};
