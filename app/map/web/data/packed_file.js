// Reads the files that app/library/packed_files.py writes: the length of a JSON header (uint32, little-endian), the
// header, then the arrays that the header lists.

const ARRAY_TYPES = {uint8: Uint8Array, uint16: Uint16Array, uint32: Uint32Array};

// Returns the header with each array added under its name. The arrays are views of `buffer`, not copies.
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  for (const {name, kind, offset, size} of header.arrays) {
    header[name] = new ARRAY_TYPES[kind](buffer, offset, size);
  }
  return header;
}

// What the server refuses, in a sentence for the visitor.
export class Refusal extends Error {}

export async function fetchPacked(url) {
  const response = await fetch(url);
  if (response.status === 400) throw new Refusal(await response.text());
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return unpack(await response.arrayBuffer());
}

// Coordinates from their 16-bit codes: (N * dims), row by row.
export function dequantise({quantised, low, step, dims}) {
  const coordinates = new Float32Array(quantised.length);
  for (let i = 0; i < coordinates.length; i++) coordinates[i] = low[i % dims] + step * quantised[i];
  return coordinates;
}
