// Sets of rows as text: base64 of one bit per row, lowest bit first. 130,000 rows take 22 kB.

const CHUNK = 4096; // String.fromCharCode accepts only so many arguments

export function encodeMask(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  for (let row = 0; row < mask.length; row++) if (mask[row]) bytes[row >> 3] |= 1 << (row & 7);
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}

export function decodeMask(text, n) {
  const bytes = new Uint8Array(decodeBase64(text));
  const mask = new Uint8Array(n);
  for (let row = 0; row < n; row++) mask[row] = (bytes[row >> 3] >> (row & 7)) & 1;
  return mask;
}

// Returns an ArrayBuffer.
export function decodeBase64(text) {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0)).buffer;
}
