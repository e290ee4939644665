import Modeler from 'bpmn-js/lib/Modeler';
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from 'bpmn-js-properties-panel';
import { CreateAppendAnythingModule } from 'bpmn-js-create-append-anything';
import minimapModule from 'diagram-js-minimap';
import anlan from '../../../../engine/diagram/anlan.json';
import { translation } from '../shared/translation.js';
import { settings } from './settings.jsx';

/** Free edges around the diagram, in screen pixels; the palette stands at the left. */
const PALETTE = 130;
const MARGIN = 24;

/** bpmn-js with our words, our attributes and the pick lists of the catalogue. */
export function createModeler({ canvas, panel }, catalogue) {
  return new Modeler({
    container: canvas,
    propertiesPanel: { parent: panel },
    additionalModules: [
      BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, CreateAppendAnythingModule, minimapModule, translation, settings,
      { catalogue: ['value', catalogue] },
    ],
    moddleExtensions: { anlan },
  });
}

/** Shows the whole diagram without hiding its left end behind the palette. */
export function fitBesidePalette(modeler) {
  const canvas = modeler.get('canvas');
  const { inner, outer } = canvas.viewbox();
  const room = { width: Math.max(100, outer.width - PALETTE - MARGIN), height: Math.max(100, outer.height - 2 * MARGIN) };
  const scale = Math.min(1, room.width / inner.width, room.height / inner.height);
  canvas.viewbox({
    x: inner.x - PALETTE / scale, y: inner.y + inner.height / 2 - outer.height / scale / 2,
    width: outer.width / scale, height: outer.height / scale,
  });
}
