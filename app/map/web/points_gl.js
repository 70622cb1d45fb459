// Draws the points by WebGL 2. The graphics card moves them: it holds their places on two maps and mixes them by `t`.
import {SYMBOLS, symbolSheet} from './symbols.js';

const VERTEX = `#version 300 es
in vec2 a_from; in vec2 a_to; in vec4 a_colour; in float a_symbol; in float a_near;
uniform vec2 u_centre; uniform vec2 u_scale; uniform float u_t; uniform float u_size; uniform float u_space; uniform float u_fade; uniform vec3 u_edge;
out vec3 v_colour; flat out float v_symbol; flat out float v_size;
void main() {
  float near = a_near * u_space;
  gl_Position = vec4((mix(a_from, a_to, u_t) - u_centre) * u_scale, -0.9 * near, 1.0);
  gl_PointSize = v_size = u_size * (1.0 + 0.35 * near);
  v_colour = mix(a_colour.rgb, u_edge, u_fade * (1.0 - near));   // what is far fades into the paper
  v_symbol = a_symbol;
}`;
const FRAGMENT = `#version 300 es
precision highp float;
in vec3 v_colour; flat in float v_symbol; flat in float v_size;
uniform sampler2D u_sheet; uniform float u_symbols; uniform float u_alpha; uniform vec3 u_edge;
out vec4 colour;
void main() {
  if (u_symbols == 0.0) {  // tiny points are all round
    float alpha = u_alpha * clamp((0.5 - length(gl_PointCoord - 0.5)) * v_size, 0.0, 1.0);
    colour = vec4(v_colour * alpha, alpha);
  } else {
    vec2 mask = texture(u_sheet, vec2((v_symbol + gl_PointCoord.x) / u_symbols, gl_PointCoord.y)).rg;
    colour = vec4(mix(u_edge, v_colour, mask.r), 1.0) * mask.g * u_alpha;
  }
  if (colour.a < 0.02) discard;   // the corners of a marker hide nothing
}`;
const TILE = 64, NEAR = 4;
const SYMBOLS_FROM_PX = 7;   // below this size a marker's form cannot be told

export class GlPoints {
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext('webgl2', {antialias: false, alpha: true, premultipliedAlpha: true});
    if (!this.gl) throw new Error('no WebGL 2');
    this.given = {};   // what was set last, to set it again when the graphics card has lost it
    canvas.addEventListener('webglcontextlost', event => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => { this.prepare(); this.restore(); });
    this.prepare();
  }

  prepare() {
    const gl = this.gl, program = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    ['a_from', 'a_to', 'a_colour', 'a_symbol', 'a_near'].forEach((name, place) => gl.bindAttribLocation(program, place, name));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) throw new Error(gl.getProgramInfoLog(program));
    gl.useProgram(program);
    this.at = name => gl.getUniformLocation(program, name);
    const buffer = (place, size, kind, normalised) => {
      const made = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, made);
      gl.enableVertexAttribArray(place);
      gl.vertexAttribPointer(place, size, kind, normalised, 0, 0);
      return made;
    };
    this.buffers = {from: buffer(0, 2, gl.FLOAT, false), to: buffer(1, 2, gl.FLOAT, false),
                    colours: buffer(2, 4, gl.UNSIGNED_BYTE, true), symbols: buffer(3, 1, gl.UNSIGNED_BYTE, false),
                    near: buffer(4, 1, gl.FLOAT, false)};
    gl.disableVertexAttribArray(NEAR);
    this.order = gl.createBuffer();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this.order);
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, symbolSheet(TILE));
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_NEAREST);
    gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  fill(name, array) {
    this.given[name] = array;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffers[name]);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, array, this.gl.DYNAMIC_DRAW);
  }

  // `near` for places in space: -1 farthest, 1 nearest.
  setPlaces(from, to, near = null) {
    if (this.given.from !== from) this.fill('from', from);
    if (this.given.to !== to) this.fill('to', to);
    if (near) this.fill('near', near); else delete this.given.near;
    this.inSpace();
  }

  inSpace() {
    const gl = this.gl, {near} = this.given;
    if (near) gl.enableVertexAttribArray(NEAR); else gl.disableVertexAttribArray(NEAR);
    if (near) gl.enable(gl.DEPTH_TEST); else gl.disable(gl.DEPTH_TEST);
  }

  // (N, 4) bytes and (N,) numbers of SYMBOLS.
  setColours(colours, symbols) { this.fill('colours', colours); this.fill('symbols', symbols); }

  // Rows in the order they are drawn: those behind, perhaps dimmed, then `front` of them on top.
  setOrder(rows, front) {
    Object.assign(this.given, {rows, front});
    this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, rows, this.gl.DYNAMIC_DRAW);
  }

  restore() {
    const {rows, front, ...arrays} = this.given;
    for (const [name, array] of Object.entries(arrays)) this.fill(name, array);
    if (rows) this.setOrder(rows, front);
    this.inSpace();
    this.onrestored?.();
  }

  // Those that were chosen get an outline, so that they stand out in any colour.
  draw(view, {t, size, alpha, edge, outline, ratio, dimmed}) {
    const gl = this.gl, {rows, front} = this.given;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.depthMask(true);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (!rows?.length || !this.given.colours) return;
    const symbols = size >= SYMBOLS_FROM_PX;
    const px = size * ratio / (symbols ? 0.72 : 1);   // a marker fills 0.72 of its tile
    gl.uniform2f(this.at('u_centre'), view.x, view.y);
    gl.uniform2f(this.at('u_scale'), 2 * view.scale / view.width, 2 * view.scale / view.height);
    gl.uniform1f(this.at('u_t'), t);
    gl.uniform1f(this.at('u_size'), px);
    gl.uniform1f(this.at('u_space'), this.given.near ? 1 : 0);
    gl.uniform1f(this.at('u_symbols'), symbols ? SYMBOLS.length : 0);
    const part = (from, count, opacity, chosen) => {
      gl.uniform1f(this.at('u_alpha'), opacity);
      gl.uniform3fv(this.at('u_edge'), (chosen ? outline : edge).map(v => v / 255));
      gl.uniform1f(this.at('u_fade'), this.given.near && !chosen ? 0.22 : 0);
      if (count) gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 4 * from);
    };
    gl.depthMask(!dimmed);   // dimmed ones hide none of those that are looked at
    part(0, rows.length - front, dimmed ? dimmed : alpha);
    gl.depthMask(true);
    part(rows.length - front, front, dimmed ? 1 : alpha, dimmed);
  }

  close() { this.gl.getExtension('WEBGL_lose_context')?.loseContext(); }
}
