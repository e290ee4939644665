import { element } from '../shared/dom.js';

/** The problems on the diagram itself: a marker on the element and a badge that says what is wrong. */
export class ProblemMarks {
  constructor(modeler) {
    this.modeler = modeler;
    this.marked = [];
  }

  show(problems) {
    const overlays = this.modeler.get('overlays');
    const registry = this.modeler.get('elementRegistry');
    this.#clear();
    for (const id of new Set(problems.map((problem) => problem.element_id))) {
      const shape = registry.get(id);
      const own = problems.filter((problem) => problem.element_id === id);
      if (!shape) continue;
      const severity = own.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
      this.#mark(id, `problem-${severity}`);
      const text = own.map((problem) => problem.message).join('\n');
      const html = element('div', { className: `problem-badge problem-badge-${severity}`, textContent: '!', title: text });
      overlays.add(shape, 'problem', { position: shape.waypoints ? { top: -10, left: -10 } : { top: -10, right: 10 }, html });
    }
  }

  /** Brings an element into view and selects it, which opens its properties. */
  select(id) {
    const shape = this.modeler.get('elementRegistry').get(id);
    if (!shape) return;
    this.modeler.get('canvas').scrollToElement(shape);
    this.modeler.get('selection').select(shape);
  }

  #mark(id, marker) {
    this.modeler.get('canvas').addMarker(id, marker);
    this.marked.push([id, marker]);
  }

  #clear() {
    const registry = this.modeler.get('elementRegistry');
    this.modeler.get('overlays').remove({ type: 'problem' });
    for (const [id, marker] of this.marked) if (registry.get(id)) this.modeler.get('canvas').removeMarker(id, marker);
    this.marked = [];
  }
}
