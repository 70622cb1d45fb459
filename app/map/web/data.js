// Reads what map_files.py packs: the length of a JSON header, the header, then the arrays that it lists.

const KINDS = {uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array};

export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  for (const {name, kind, offset, size} of header.arrays) header[name] = new KINDS[kind](buffer, offset, size);
  return header;
}

// Places of one map: 16 bits a coordinate over the map's own extent, back to numbers. x and y lie in turn.
export function placesOf({quantised, low, step, dims}) {
  const places = new Float32Array(quantised.length);
  for (let i = 0; i < places.length; i++) places[i] = low[i % dims] + step * quantised[i];
  return places;
}

export async function fetchPacked(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return unpack(await answer.arrayBuffer());
}

export function fromBase64(text) {
  return Uint8Array.from(atob(text), character => character.charCodeAt(0)).buffer;
}

// One bit a row, the lowest first: 130,000 rows are 22 kB of text.
export function bitsOf(mask) {
  const bytes = new Uint8Array(Math.ceil(mask.length / 8));
  for (let row = 0; row < mask.length; row++) if (mask[row]) bytes[row >> 3] |= 1 << (row & 7);
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return btoa(text);
}

export function maskFrom(text, n) {
  const bytes = new Uint8Array(fromBase64(text)), mask = new Uint8Array(n);
  for (let row = 0; row < n; row++) mask[row] = (bytes[row >> 3] >> (row & 7)) & 1;
  return mask;
}
