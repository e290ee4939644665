import DmnModeler from 'dmn-js/lib/Modeler';
import { teach, translation } from '../shared/translation.js';
import chinese from './chinese.js';

teach(chinese);

const VIEWS = ['drd', 'decisionTable', 'literalExpression', 'boxedExpression'];

/** dmn-js in Chinese; every one of its views tells when something was changed. */
export function createEditor(container) {
  const options = Object.fromEntries(VIEWS.map((view) => [view, { additionalModules: [translation] }]));
  const editor = new DmnModeler({ container, ...options });
  const onChange = (listener) => editor.on('viewer.created', ({ viewer }) => {
    viewer.on('commandStack.changed', ({ trigger }) => { if (trigger !== 'clear') listener(); });
  });
  return { editor, onChange };
}
