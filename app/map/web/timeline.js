// A slider over the maps: a stop for each, and between two of them the points on their way. Play goes through them all.
import {icon, make} from './dom.js';

const STEP_MS = 1500, REST_MS = 700;
const smooth = t => t * t * (3 - 2 * t);

export class Timeline {
  // `reach(position)` shows the maps at a position 0..M-1; `settle(number)` says where the slider came to rest.
  constructor(names, words, {reach, settle}) {
    Object.assign(this, {names, words, reach, settle, at: 0});
    this.button = make('button', {type: 'button', class: 'map-play', onclick: () => this.playing ? this.stop() : this.play()});
    this.slider = make('input', {type: 'range', min: 0, max: names.length - 1, step: 0.005, 'aria-label': words.map_time,
      oninput: () => { this.stop(); this.go(Number(this.slider.value)); }, onchange: () => this.rest(), onkeydown: event => this.key(event)});
    this.stops = names.map((name, i) => make('button', {type: 'button', onclick: () => { this.stop(); this.settle(i); }}, name));
    this.root = make('div', {class: 'map-time'}, this.button,
      make('div', {class: 'map-track'}, this.slider, make('div', {class: 'map-stops'}, ...this.stops)));
    this.root.hidden = names.length < 2;
    this.drawButton();
  }

  drawButton() {
    const title = this.playing ? this.words.map_pause : this.words.map_play;
    this.button.replaceChildren(icon(this.playing ? 'pause' : 'play'));
    this.button.title = title;
    this.button.setAttribute('aria-label', title);
  }

  // Where the slider stands, without moving the map.
  put(position) {
    this.at = position;
    this.slider.value = position;
    this.slider.style.setProperty('--done', `${100 * position / Math.max(this.names.length - 1, 1)}%`);
    const [from, to] = [this.names[Math.floor(position)], this.names[Math.ceil(position)]];
    this.slider.setAttribute('aria-valuetext', from === to ? from : `${from} → ${to}`);
    this.stops.forEach((stop, i) => { if (Math.abs(position - i) < 0.5) stop.setAttribute('aria-current', 'true'); else stop.removeAttribute('aria-current'); });
  }

  go(position) {
    const whole = Math.floor(position);
    this.put(position);
    return this.reach(whole, Math.min(whole + 1, this.names.length - 1), smooth(position - whole));
  }

  // Close to a stop it is taken; in between the points stay where they are.
  rest() {
    const near = Math.round(this.at);
    if (Math.abs(this.at - near) < 0.06) { this.go(near); this.settle(near, true); }
  }

  key(event) {
    const step = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    this.stop();
    const next = step > 0 ? Math.floor(this.at + 1) : Math.ceil(this.at - 1);
    this.settle(Math.min(Math.max(next, 0), this.names.length - 1));
  }

  async play() {
    const mine = this.playing = {};
    this.drawButton();
    let position = this.at >= this.names.length - 1 ? 0 : this.at;
    await this.go(position);
    while (this.playing === mine && position < this.names.length - 1) {
      const next = Math.floor(position) + 1;
      await this.reach(next, next, 0, true);   // it must be here before the walk begins
      for (let last = await frame(); this.playing === mine && position < next;) {
        const now = await frame();
        position = Math.min(position + Math.min(now - last, 100) / STEP_MS, next);
        last = now;
        this.go(position);
      }
      if (this.playing === mine) await new Promise(done => setTimeout(done, REST_MS));
    }
    if (this.playing === mine) { this.stop(); this.settle(this.names.length - 1, true); }
  }

  stop() { this.playing = null; this.drawButton(); }
}

const frame = () => new Promise(requestAnimationFrame);
