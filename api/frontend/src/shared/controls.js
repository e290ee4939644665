// Buttons and touch for a diagram: bpmn-js alone knows the mouse.
import { element } from './dom.js';

function button(text, label, action) {
  const node = element('button', { type: 'button', textContent: text, title: label });
  node.setAttribute('aria-label', label);
  node.addEventListener('click', action);
  return node;
}

function enlarge(viewer, container, toggle) {
  const large = container.classList.toggle('diagram-large');
  toggle.textContent = large ? '还原' : '全屏';
  toggle.title = large ? '还原流程图的大小' : '全屏查看流程图';
  toggle.setAttribute('aria-label', toggle.title);
  viewer.get('canvas').resized();
  viewer.get('canvas').zoom('fit-viewport', 'auto');
}

/** One finger drags the picture. */
function dragWithTouch(viewer, container) {
  let last = null;
  container.addEventListener('pointerdown', (event) => {
    last = event.pointerType === 'touch' && !event.target.closest('button') ? event : null;
  });
  container.addEventListener('pointermove', (event) => {
    if (last?.pointerId !== event.pointerId) return;
    viewer.get('canvas').scroll({ dx: event.clientX - last.clientX, dy: event.clientY - last.clientY });
    last = event;
  });
  for (const end of ['pointerup', 'pointercancel']) container.addEventListener(end, () => { last = null; });
}

/** Adds zoom, fit and full-screen buttons to a diagram. */
export function addControls(viewer, container) {
  const canvas = viewer.get('canvas');
  const zoom = (factor) => () => canvas.zoom(Math.min(4, Math.max(0.1, canvas.zoom() * factor)));
  const toggle = button('全屏', '全屏查看流程图', () => enlarge(viewer, container, toggle));
  const controls = element('div', { className: 'diagram-controls' },
    button('＋', '放大', zoom(1.25)), button('－', '缩小', zoom(0.8)),
    button('全图', '全图：显示整张流程图', () => canvas.zoom('fit-viewport', 'auto')), toggle);
  container.append(controls);
  container.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && container.classList.contains('diagram-large')) enlarge(viewer, container, toggle);
  });
  dragWithTouch(viewer, container);
}
