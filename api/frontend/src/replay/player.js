const PACE = 1500;

/** Knows the steps and which of them is shown; everything on the page follows it. */
export class Player {
  #listeners = [];
  #timer = null;

  constructor(steps) {
    this.steps = steps;
    this.index = steps.length - 1;
  }

  get step() {
    return this.steps[this.index];
  }

  get playing() {
    return this.#timer !== null;
  }

  get atEnd() {
    return this.index === this.steps.length - 1;
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  /** Opens the step that an address such as #step-7 names (by seq), otherwise the last one. */
  openAt(hash) {
    const index = this.steps.findIndex(({ seq }) => hash === `#step-${seq}`);
    if (index >= 0) this.index = index;
    this.#tell();
  }

  goTo(index) {
    this.index = Math.max(0, Math.min(index, this.steps.length - 1));
    window.history.replaceState(window.history.state, '', `#step-${this.step.seq}`);
    this.#tell();
  }

  play() {
    if (this.playing) return;
    this.#timer = setInterval(() => this.#advance(), PACE);
    this.goTo(this.atEnd ? 0 : this.index);
  }

  pause() {
    if (!this.playing) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#tell();
  }

  toggle() {
    return this.playing ? this.pause() : this.play();
  }

  #advance() {
    if (this.atEnd) this.pause();
    else this.goTo(this.index + 1);
  }

  #tell() {
    this.#listeners.forEach((listener) => listener());
  }
}
