// GLSL of WebglPoints. u_t mixes the positions of two projections; u_3d is 1 where points have depth.

export const VERTEX_SHADER = `#version 300 es
in vec2 a_from;
in vec2 a_to;
in vec4 a_colour;
in float a_symbol;
in float a_depth;
uniform vec2 u_centre;
uniform vec2 u_scale;
uniform float u_t;
uniform float u_size;
uniform float u_3d;
uniform float u_fade;
uniform vec3 u_edge;
out vec3 v_colour;
flat out float v_symbol;
flat out float v_size;

void main() {
  float depth = a_depth * u_3d;
  gl_Position = vec4((mix(a_from, a_to, u_t) - u_centre) * u_scale, -0.9 * depth, 1.0);
  gl_PointSize = v_size = u_size * (a_colour.a * 2.55) * (1.0 + 0.35 * depth);  // the fourth byte is in percent
  v_colour = mix(a_colour.rgb, u_edge, u_fade * (1.0 - depth));  // distant points fade into the background
  v_symbol = a_symbol;
}`;

export const FRAGMENT_SHADER = `#version 300 es
precision highp float;
in vec3 v_colour;
flat in float v_symbol;
flat in float v_size;
uniform sampler2D u_symbol_atlas;
uniform float u_symbols;  // markers in the atlas; 0 draws discs
uniform float u_alpha;
uniform vec3 u_edge;
out vec4 colour;

void main() {
  if (u_symbols == 0.0) {
    float alpha = u_alpha * clamp((0.5 - length(gl_PointCoord - 0.5)) * v_size, 0.0, 1.0);
    colour = vec4(v_colour * alpha, alpha);
  } else {
    vec2 mask = texture(u_symbol_atlas, vec2((v_symbol + gl_PointCoord.x) / u_symbols, gl_PointCoord.y)).rg;
    colour = vec4(mix(u_edge, v_colour, mask.r), 1.0) * mask.g * u_alpha;
  }
  if (colour.a < 0.02) discard;  // transparent corners must not write depth
}`;
