// The decision page: decision tables and their requirements, edited and deployed in the browser.
import 'dmn-js/dist/assets/diagram-js.css';
import 'dmn-js/dist/assets/dmn-js-shared.css';
import 'dmn-js/dist/assets/dmn-js-drd.css';
import 'dmn-js/dist/assets/dmn-js-decision-table.css';
import 'dmn-js/dist/assets/dmn-js-decision-table-controls.css';
import 'dmn-js/dist/assets/dmn-js-literal-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression.css';
import 'dmn-js/dist/assets/dmn-js-boxed-expression-controls.css';
import 'dmn-js/dist/assets/dmn-font/css/dmn-embedded.css';
import './editor/editor.css';
import './decision/decision.css';
import { createEditor } from './decision/modeler.js';
import { Views } from './decision/views.js';
import { frame } from './editor/frame.js';
import { Workbench } from './editor/workbench.js';
import { fetchText } from './shared/text.js';
import { missing } from './shared/translation.js';

async function start(root) {
  const parts = frame(root, { panel: false });
  const { editor, onChange } = createEditor(parts.canvas);
  const views = new Views(editor, parts.canvas);
  const workbench = new Workbench(root, parts, {
    noun: '决策表',
    open: async (xml) => {
      const { warnings } = await editor.importXML(xml);
      await views.openFirst();
      return warnings;
    },
    read: async () => (await editor.saveXML({ format: true })).xml,
    mark: () => {},
    select: (id) => views.openWith(id),
    onChange,
  });
  window.designer = { editor, missing };
  await workbench.open(await fetchText(root.dataset.source, '决策表'));
}

const root = document.getElementById('decision-editor');
if (root) start(root).catch((error) => { root.textContent = error.message; });
