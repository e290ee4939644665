// Lists kept in extensionElements: inputs, outputs, field rights.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { SelectEntry, TextFieldEntry } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';

function ItemProperty({ id, element, item, name, label, choices }) {
  const modeling = useService('modeling');
  const debounce = useService('debounceInput');
  const plumbing = {
    id, element, label, debounce,
    getValue: () => item.get(name) ?? '',
    setValue: (value) => modeling.updateModdleProperties(element, item, { [name]: value || undefined }),
  };
  if (!choices) return <TextFieldEntry {...plumbing} />;
  return <SelectEntry {...plumbing} getOptions={() => choices.map(([value, text]) => ({ value, label: text }))} />;
}

function update(element, moddleElement, properties) {
  return { cmd: 'element.updateModdleProperties', context: { element, moddleElement, properties } };
}

/** Adds an item, and the extensionElements around it when they are not there yet, as one step to undo. */
export function addItem(element, { type, properties, given = {} }, injector) {
  const factory = injector.get('bpmnFactory');
  const object = getBusinessObject(element);
  const commands = [];
  let extensions = object.get('extensionElements');
  if (!extensions) {
    extensions = factory.create('bpmn:ExtensionElements', { values: [] });
    extensions.$parent = object;
    commands.push(update(element, object, { extensionElements: extensions }));
  }
  const defaults = Object.fromEntries(properties.filter(([, , choices]) => choices).map(([name, , choices]) => [name, choices[0][0]]));
  const item = factory.create(type, { ...defaults, ...given });
  item.$parent = extensions;
  commands.push(update(element, extensions, { values: [...extensions.get('values'), item] }));
  injector.get('commandStack').execute('properties-panel.multi-command-executor', commands);
}

export function removeItem(element, extensions, item, injector) {
  const values = extensions.get('values').filter((value) => value !== item);
  injector.get('modeling').updateModdleProperties(element, extensions, { values });
}

/** What ListGroup needs to show one kind of extension element. */
export function extensionList(element, list, injector) {
  const extensions = getBusinessObject(element).get('extensionElements');
  const found = extensions?.get('values').filter((value) => is(value, list.type)) ?? [];
  return {
    items: found.map((item, index) => ({
      id: `anlan-${list.id}-${index}`,
      label: item.get(list.title) || '（未填写）',
      entries: list.properties.map(([name, label, choices]) => ({
        id: `anlan-${list.id}-${index}-${name}`, component: ItemProperty, item, name, label, choices,
      })),
      remove: (event) => { event.stopPropagation(); removeItem(element, extensions, item, injector); },
    })),
    add: (event) => { event.stopPropagation(); addItem(element, list, injector); },
  };
}
