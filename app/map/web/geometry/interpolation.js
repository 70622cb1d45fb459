// Between two values, t from 0 to 1.

export const lerp = (a, b, t) => a + (b - a) * t;

export const smoothstep = t => t * t * (3 - 2 * t);
