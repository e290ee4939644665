import { element } from '../shared/dom.js';

const NAMES = { drd: '决策关系图', decisionTable: '决策表', literalExpression: '表达式', boxedExpression: '函数' };

function holds(view, id) {
  const pending = [view.element];
  while (pending.length) {
    const node = pending.pop();
    if (node.id === id) return true;
    pending.push(...(node.$descriptor?.properties ?? []).filter((property) => !property.isReference && property.name !== '$parent')
      .flatMap((property) => node.get(property.name) ?? []).filter((child) => child?.$type));
  }
  return false;
}

/** One document has several views: the requirements, and the logic of each decision. */
export class Views {
  constructor(editor, canvas) {
    this.editor = editor;
    this.bar = element('div', { className: 'decision-views' });
    this.bar.setAttribute('role', 'group');
    this.bar.setAttribute('aria-label', '视图');
    canvas.before(this.bar);
    editor.on('views.changed', () => this.#show());
  }

  /** The first table, because most documents have one; otherwise whatever there is. */
  openFirst() {
    const views = this.editor.getViews();
    return this.editor.open(views.find(({ type }) => type === 'decisionTable') ?? views[0]);
  }

  /** The view in which an element is found. */
  openWith(id) {
    const views = this.editor.getViews().filter(({ type }) => type !== 'drd');
    const found = views.find((view) => holds(view, id));
    if (found) this.editor.open(found);
  }

  #show() {
    const active = this.editor.getActiveView();
    this.bar.replaceChildren(...this.editor.getViews().map((view) => {
      const button = element('button', { type: 'button', textContent: `${NAMES[view.type]}：${view.name || view.id}` });
      button.setAttribute('aria-pressed', String(view.id === active?.id && view.type === active?.type));
      button.addEventListener('click', () => this.editor.open(view));
      return button;
    }));
  }
}
