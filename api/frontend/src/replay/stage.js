import { element } from '../shared/dom.js';
import { fit, mark, reveal, unmark } from '../shared/viewer.js';

const MARKERS = ['taken', 'done', 'now', 'just'];

/** Who completed an activity last, and how often it was completed. */
function completions(steps) {
  const found = new Map();
  for (const { completed = [], who } of steps) {
    for (const id of completed) found.set(id, { who, times: (found.get(id)?.times ?? 0) + 1 });
  }
  return found;
}

/** The diagram: the way the case came, the last stretch of it, and where it stands. */
export class Stage {
  #fitted = false;

  constructor(viewer) {
    this.viewer = viewer;
  }

  show({ steps, index, step }) {
    const past = steps.slice(0, index + 1);
    const done = completions(past);
    unmark(this.viewer, MARKERS);
    mark(this.viewer, past.flatMap(({ passed = [] }) => passed), 'taken');
    mark(this.viewer, step.passed ?? [], 'just');
    mark(this.viewer, done.keys(), 'done');
    mark(this.viewer, step.active ?? [], 'now');
    this.#badge(done);
    this.#follow(step);
  }

  #badge(done) {
    const overlays = this.viewer.get('overlays');
    const registry = this.viewer.get('elementRegistry');
    overlays.remove({ type: 'replay' });
    for (const [id, { who, times }] of done) {
      const shape = registry.get(id);
      if (!shape || !who) continue;
      const html = element('div', { className: 'diagram-badge', textContent: times > 1 ? `${who} · 第 ${times} 次` : who });
      overlays.add(id, 'replay', { position: { bottom: 4, left: shape.width / 2 }, html });
    }
  }

  #follow({ active = [], completed = [], passed = [] }) {
    const focus = active.length ? active : [...completed, ...passed];
    if (this.#fitted) reveal(this.viewer, focus);
    else fit(this.viewer, focus);
    this.#fitted = true;
  }
}
