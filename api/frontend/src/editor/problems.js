import { element } from '../shared/dom.js';

const SEVERITIES = { error: ['错误', 'tag tag-red'], warning: ['提醒', 'tag tag-amber'] };

/** The problems of a document, each a way to the element it is about. */
export class ProblemList {
  constructor(container, select) {
    this.container = container;
    this.select = select;
  }

  show(problems) {
    this.container.hidden = problems.length === 0;
    this.container.replaceChildren(
      element('h2', { textContent: `问题（${problems.length}）` }),
      element('ul', {}, ...problems.map((problem) => this.#item(problem))));
    this.container.scrollTop = 0;
  }

  #item({ severity, element_id: id, line, message }) {
    const [label, className] = SEVERITIES[severity] ?? SEVERITIES.warning;
    const place = [id, line && `第 ${line} 行`].filter(Boolean).join('，');
    return element('li', {}, element('span', { className, textContent: label }), ' ', this.#text(id, message),
      place ? element('span', { className: 'muted small', textContent: `（${place}）` }) : null);
  }

  #text(id, message) {
    if (!id) return message;
    const button = element('button', { type: 'button', className: 'button-link', textContent: message });
    button.addEventListener('click', () => this.select(id));
    return button;
  }
}
