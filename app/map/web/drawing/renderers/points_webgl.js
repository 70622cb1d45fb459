// Draws the points with WebGL 2. The GPU holds the positions of two projections and interpolates between them.
import {FRAGMENT_SHADER, VERTEX_SHADER} from './shaders.js';
import {SYMBOLS, symbolAtlas, TILE_FILL} from '../symbols.js';

const TILE_PX = 64;
const MIN_SYMBOL_PX = 5; // smaller points are discs: their marker could not be recognised
const ATTRIBUTES = ['from', 'to', 'colour', 'symbol', 'depth']; // the index is the location
const DEPTH = ATTRIBUTES.indexOf('depth');

export class WebglPoints {
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext('webgl2', {antialias: false, alpha: true, premultipliedAlpha: true});
    if (!this.gl) throw new Error('no WebGL 2');
    this.data = {}; // what the caller set, to upload it again after the context was lost
    canvas.addEventListener('webglcontextlost', event => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => this.restore());
    this.initialise();
  }

  initialise() {
    const {gl} = this;
    const program = this.link();
    gl.useProgram(program);
    this.uniform = name => gl.getUniformLocation(program, name);
    this.buffers = {
      from: this.createBuffer('from', 2, gl.FLOAT, false),
      to: this.createBuffer('to', 2, gl.FLOAT, false),
      colour: this.createBuffer('colour', 4, gl.UNSIGNED_BYTE, true),
      symbol: this.createBuffer('symbol', 1, gl.UNSIGNED_BYTE, false),
      depth: this.createBuffer('depth', 1, gl.FLOAT, false),
    };
    gl.disableVertexAttribArray(DEPTH);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, symbolAtlas(TILE_PX));
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_NEAREST);
    gl.depthFunc(gl.LEQUAL);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  link() {
    const {gl} = this;
    const program = gl.createProgram();
    for (const [type, source] of [
      [gl.VERTEX_SHADER, VERTEX_SHADER],
      [gl.FRAGMENT_SHADER, FRAGMENT_SHADER],
    ]) {
      const shader = gl.createShader(type);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    ATTRIBUTES.forEach((name, location) => gl.bindAttribLocation(program, location, `a_${name}`));
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(gl.getProgramInfoLog(program));
    }
    return program;
  }

  createBuffer(name, size, type, normalised) {
    const {gl} = this;
    const location = ATTRIBUTES.indexOf(name);
    const buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, type, normalised, 0, 0);
    return buffer;
  }

  upload(name, array) {
    this.data[name] = array;
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffers[name]);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, array, this.gl.DYNAMIC_DRAW);
  }

  // Positions (N * 2) of two projections; `depth` (N,) for 3-D ones: -1 farthest, 1 nearest.
  setPositions(from, to, depth = null) {
    if (this.data.from !== from) this.upload('from', from);
    if (this.data.to !== to) this.upload('to', to);
    if (depth) this.upload('depth', depth);
    else delete this.data.depth;
    this.enableDepth(depth !== null);
  }

  enableDepth(enabled) {
    const {gl} = this;
    if (enabled) {
      gl.enableVertexAttribArray(DEPTH);
      gl.enable(gl.DEPTH_TEST);
    } else {
      gl.disableVertexAttribArray(DEPTH);
      gl.disable(gl.DEPTH_TEST);
    }
  }

  // Colours (N * 4): red, green, blue, size in percent; symbols (N,) as indices of SYMBOLS.
  setStyles(colours, symbols) {
    this.upload('colour', colours);
    this.upload('symbol', symbols);
  }

  // Rows in drawing order; the last `foreground` of them are never dimmed.
  setOrder(rows, foreground) {
    Object.assign(this.data, {rows, foreground});
    this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, rows, this.gl.DYNAMIC_DRAW);
  }

  restore() {
    this.initialise();
    const {rows, foreground, ...arrays} = this.data;
    for (const [name, array] of Object.entries(arrays)) this.upload(name, array);
    if (rows) this.setOrder(rows, foreground);
    this.enableDepth(Boolean(arrays.depth));
    this.onrestored?.();
  }

  // `dimmed`: opacity of the background while something is selected, else 0. `edge`, `outline`: [red, green, blue].
  draw(view, {t, size, alpha, edge, outline, ratio, dimmed}) {
    const {gl} = this;
    const {rows, foreground, colour} = this.data;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.depthMask(true);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    if (!rows?.length || !colour) return;
    const withSymbols = size >= MIN_SYMBOL_PX;
    gl.uniform2f(this.uniform('u_centre'), view.x, view.y);
    gl.uniform2f(this.uniform('u_scale'), (2 * view.scale) / view.width, (2 * view.scale) / view.height);
    gl.uniform1f(this.uniform('u_t'), t);
    gl.uniform1f(this.uniform('u_size'), (size * ratio) / (withSymbols ? TILE_FILL : 1));
    gl.uniform1f(this.uniform('u_3d'), this.data.depth ? 1 : 0);
    gl.uniform1f(this.uniform('u_symbols'), withSymbols ? SYMBOLS.length : 0);
    const background = rows.length - foreground;
    gl.depthMask(!dimmed); // dimmed points must not hide selected ones
    this.drawRange(0, background, {alpha: dimmed || alpha, edge, fade: 0.22});
    gl.depthMask(true);
    if (dimmed) this.drawRange(background, foreground, {alpha: 1, edge: outline, fade: 0});
    else this.drawRange(background, foreground, {alpha, edge, fade: 0.22});
  }

  drawRange(first, count, {alpha, edge, fade}) {
    const {gl} = this;
    if (!count) return;
    gl.uniform1f(this.uniform('u_alpha'), alpha);
    gl.uniform3fv(
      this.uniform('u_edge'),
      edge.map(value => value / 255),
    );
    gl.uniform1f(this.uniform('u_fade'), this.data.depth ? fade : 0);
    gl.drawElements(gl.POINTS, count, gl.UNSIGNED_INT, 4 * first);
  }

  close() {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}
