import { element } from '../shared/dom.js';

function part(tag, name, label, role) {
  const node = element(tag, { className: `editor-${name}` });
  node.setAttribute('aria-label', label);
  if (role) node.setAttribute('role', role);
  return node;
}

/** Lays the parts of an editor out in its container: a canvas between buttons and problems, a panel at its side if asked for. */
export function frame(root, { panel = true } = {}) {
  const parts = {
    toolbar: part('div', 'toolbar', '操作', 'group'),
    canvas: part('div', 'canvas', '画布', 'region'),
    panel: panel ? part('aside', 'panel', '属性') : null,
    problems: part('section', 'problems', '问题'),
  };
  parts.problems.hidden = true;
  root.classList.add('editor');
  root.classList.toggle('editor-single', !panel);
  root.replaceChildren(...Object.values(parts).filter(Boolean));
  return parts;
}
