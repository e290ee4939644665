import { element } from '../shared/dom.js';

/** Lays the parts of an editor out in its container. */
export function frame(root) {
  const toolbar = element('div', { className: 'editor-toolbar' });
  const canvas = element('div', { className: 'editor-canvas' });
  const panel = element('aside', { className: 'editor-panel' });
  const problems = element('section', { className: 'editor-problems', hidden: true });
  toolbar.setAttribute('role', 'group');
  toolbar.setAttribute('aria-label', '操作');
  canvas.setAttribute('role', 'region');
  canvas.setAttribute('aria-label', '画布');
  panel.setAttribute('aria-label', '属性');
  problems.setAttribute('aria-label', '问题');
  root.classList.add('editor');
  root.replaceChildren(toolbar, canvas, panel, problems);
  return { toolbar, canvas, panel, problems };
}
