// The designer page: a process drawn, checked, saved and deployed in the browser.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import './designer/designer.css';
import { request } from './shared/http.js';
import { missing } from './shared/translation.js';
import { emptyDiagram } from './designer/empty.js';
import { frame } from './designer/frame.js';
import { createModeler, fitBesidePalette } from './designer/modeler.js';
import { ProblemMarks } from './designer/marks.js';
import { Workbench } from './editor/workbench.js';

async function source(url) {
  if (!url) return emptyDiagram;
  const answer = await fetch(url, { credentials: 'same-origin' });
  if (!answer.ok) throw new Error(`流程图没有取到（${answer.status}）。`);
  return answer.text();
}

async function start(root) {
  const { catalogue } = root.dataset;
  const parts = frame(root);
  const modeler = createModeler(parts, catalogue ? await request(catalogue) : {});
  const marks = new ProblemMarks(modeler);
  const workbench = new Workbench(root, parts, {
    noun: '流程图',
    open: async (xml) => {
      const { warnings } = await modeler.importXML(xml);
      fitBesidePalette(modeler);
      return warnings;
    },
    read: async () => (await modeler.saveXML({ format: true })).xml,
    mark: (problems) => marks.show(problems),
    select: (id) => marks.select(id),
    onChange: (listener) => modeler.on('commandStack.changed', listener),
  });
  window.designer = { modeler, missing };
  await workbench.open(await source(root.dataset.source));
}

const root = document.getElementById('designer');
if (root) start(root).catch((error) => { root.textContent = error.message; });
