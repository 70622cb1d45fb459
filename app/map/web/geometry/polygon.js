// Fewer and rounder corners for a polygon that the pointer drew.

const MIN_DISTANCE_PX = 3;
const MAX_CORNERS = 80;
const DIGITS = 5;

// Pixels [[x, y], ...] -> the corners to keep: each at least a few pixels from the previous one, and not too many.
export function thinOut(path) {
  const length = path.reduce((sum, corner, i) => sum + (i ? distance(corner, path[i - 1]) : 0), 0);
  const step = Math.max(MIN_DISTANCE_PX, length / MAX_CORNERS);
  const kept = [path[0]];
  for (const corner of path.slice(1)) if (distance(corner, kept.at(-1)) >= step) kept.push(corner);
  return kept;
}

export const rounded = number => Number(number.toPrecision(DIGITS));

const distance = ([x, y], [otherX, otherY]) => Math.hypot(x - otherX, y - otherY);
