// Seeded random numbers (mulberry32) and points for the tests.

export function randomNumbers(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// (n * dims) coordinates from 0 to 10.
export function randomPoints(n, dims = 2, seed = 1) {
  const random = randomNumbers(seed);
  return Float32Array.from({length: n * dims}, () => 10 * random());
}
