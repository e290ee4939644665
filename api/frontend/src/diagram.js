// The task page: where the case stands, on the diagram of its process.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import './shared/diagram.css';
import { fit, mark, openViewer } from './shared/viewer.js';

function ids(text) {
  return (text ?? '').split(/\s+/).filter(Boolean);
}

async function show(container) {
  const { diagram, active, completed, passed } = container.dataset;
  container.setAttribute('role', 'group');
  container.ariaLabel ??= '流程图';
  try {
    const viewer = await openViewer(container, diagram);
    mark(viewer, ids(passed), 'taken');
    mark(viewer, ids(completed), 'done');
    mark(viewer, ids(active), 'now');
    fit(viewer, ids(active));
  } catch (error) {
    container.textContent = error.message;
  }
}

document.querySelectorAll('[data-diagram]').forEach(show);
