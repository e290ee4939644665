// The designer page: a process drawn, checked, saved and deployed in the browser.
import 'bpmn-js/dist/assets/diagram-js.css';
import 'bpmn-js/dist/assets/bpmn-js.css';
import 'bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css';
import '@bpmn-io/properties-panel/assets/properties-panel.css';
import 'diagram-js-minimap/assets/diagram-js-minimap.css';
import './editor/editor.css';
import { request } from './shared/http.js';
import { fetchText } from './shared/text.js';
import { missing } from './shared/translation.js';
import { emptyDiagram } from './designer/empty.js';
import { frame } from './editor/frame.js';
import { createModeler, fitBesidePalette } from './designer/modeler.js';
import { ProblemMarks } from './designer/marks.js';
import { Workbench } from './editor/workbench.js';

async function start(root) {
  const { source, catalogue } = root.dataset;
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
  await workbench.open(source ? await fetchText(source, '流程图') : emptyDiagram);
}

const root = document.getElementById('designer');
if (root) start(root).catch((error) => { root.textContent = error.message; });
