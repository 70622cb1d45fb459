// A slider over the checkpoints: one stop for each, and in between the points move from one projection to the next.
// Positions run from 0 to names.length - 1.
import {smoothstep} from '../geometry/interpolation.js';
import {button, element, icon} from './elements.js';

const STEP_MS = 1500; // from stop to stop
const PAUSE_MS = 700; // at each stop
const MAX_FRAME_MS = 100; // a slow frame must not skip a step
const SNAP_DISTANCE = 0.06;

export class Timeline {
  position = 0;
  playback = null; // a token of the running playback

  // `interpolate(from, to, t)` draws between two stops; `load(stop)` resolves when a stop can be drawn;
  // `arrive(stop, {animate})`: the slider is at a stop, the points may still have to move there.
  constructor(names, words, {interpolate, load, arrive}) {
    Object.assign(this, {names, words, interpolate, load, arrive});
    this.playButton = button({class: 'map-play', onclick: () => (this.playback ? this.stop() : this.play())});
    this.slider = element('input', {
      type: 'range',
      min: 0,
      max: this.last,
      step: 0.005,
      'aria-label': words.map_timeline,
      oninput: () => {
        this.stop();
        this.moveTo(Number(this.slider.value));
      },
      onchange: () => this.snap(),
      onkeydown: event => this.keyDown(event),
    });
    this.stops = names.map((name, i) => button({onclick: () => this.goTo(i)}, name));
    const track = element(
      'div',
      {class: 'map-track'},
      this.slider,
      element('div', {class: 'map-stops'}, ...this.stops),
    );
    this.root = element('div', {class: 'map-timeline'}, this.playButton, track);
    this.root.hidden = names.length < 2;
    this.drawPlayButton();
  }

  get last() {
    return this.names.length - 1;
  }

  drawPlayButton() {
    const title = this.playback ? this.words.map_pause : this.words.map_play;
    this.playButton.replaceChildren(icon(this.playback ? 'pause' : 'play'));
    this.playButton.title = title;
    this.playButton.setAttribute('aria-label', title);
  }

  // Moves the slider only.
  setPosition(position) {
    this.position = position;
    this.slider.value = position;
    this.slider.style.setProperty('--done', `${(100 * position) / Math.max(this.last, 1)}%`);
    const [from, to] = [this.names[Math.floor(position)], this.names[Math.ceil(position)]];
    this.slider.setAttribute('aria-valuetext', from === to ? from : `${from} → ${to}`);
    this.stops.forEach((stop, i) => {
      if (Math.abs(position - i) < 0.5) stop.setAttribute('aria-current', 'true');
      else stop.removeAttribute('aria-current');
    });
  }

  // Moves the slider and the points.
  moveTo(position) {
    const from = Math.floor(position);
    this.setPosition(position);
    return this.interpolate(from, Math.min(from + 1, this.last), smoothstep(position - from));
  }

  goTo(stop) {
    this.stop();
    this.arrive(stop, {animate: true});
  }

  // Close to a stop, moves to it; elsewhere the points stay in between.
  snap() {
    const stop = Math.round(this.position);
    if (Math.abs(this.position - stop) >= SNAP_DISTANCE) return;
    this.moveTo(stop);
    this.arrive(stop, {animate: false});
  }

  keyDown(event) {
    const step = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1}[event.key];
    if (!step) return;
    event.preventDefault();
    const next = step > 0 ? Math.floor(this.position + 1) : Math.ceil(this.position - 1);
    this.goTo(Math.min(Math.max(next, 0), this.last));
  }

  // From the current position, or from the first stop if the slider is at the last.
  async play() {
    const playback = (this.playback = {});
    const isRunning = () => this.playback === playback;
    this.drawPlayButton();
    await this.moveTo(this.position >= this.last ? 0 : this.position);
    while (isRunning() && this.position < this.last) {
      const next = Math.floor(this.position) + 1;
      await this.load(next);
      await this.playTo(next, isRunning);
      if (isRunning()) await new Promise(resolve => setTimeout(resolve, PAUSE_MS));
    }
    if (!isRunning()) return;
    this.stop();
    this.arrive(this.last, {animate: false});
  }

  async playTo(stop, isRunning) {
    let previous = await nextFrame();
    while (isRunning() && this.position < stop) {
      const now = await nextFrame();
      const elapsed = Math.min(now - previous, MAX_FRAME_MS);
      previous = now;
      if (isRunning()) this.moveTo(Math.min(this.position + elapsed / STEP_MS, stop));
    }
  }

  stop() {
    this.playback = null;
    this.drawPlayButton();
  }
}

const nextFrame = () => new Promise(requestAnimationFrame);
