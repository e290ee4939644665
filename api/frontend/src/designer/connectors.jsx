// The parameters of the chosen connector: each is one `anlan:in` whose target is the parameter's name.
import { FeelTextAreaEntry, TextFieldEntry, isFeelEntryEdited, isTextFieldEntryEdited } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { is } from 'bpmn-js/lib/util/ModelUtil';
import { asFeel } from './entries.jsx';
import { addItem, removeItem } from './lists.jsx';

/** Work that a program elsewhere fetches: `external.` and a topic. */
const EXTERNAL = 'external.';

function inputFor(object, name) {
  const values = object.get('extensionElements')?.get('values') ?? [];
  return values.find((value) => is(value, 'anlan:In') && value.get('target') === name);
}

/** Empty parameters have no mapping. */
function write({ element, object, name, injector }, source) {
  const found = inputFor(object, name);
  if (found && source) injector.get('modeling').updateModdleProperties(element, found, { source });
  else if (found) removeItem(element, object.get('extensionElements'), found, injector);
  else if (source) addItem(element, { type: 'anlan:In', properties: [], given: { source, target: name } }, injector);
}

function Parameter(props) {
  const { id, element, object, name, label, help } = props;
  const plumbing = {
    element,
    debounce: useService('debounceInput'),
    getValue: () => inputFor(object, name)?.get('source') ?? '',
    setValue: (source) => write(props, source),
  };
  return <FeelTextAreaEntry id={id} label={label} description={help} {...asFeel(plumbing)} />;
}

function Topic({ id, element, object }) {
  const modeling = useService('modeling');
  const plumbing = {
    element,
    debounce: useService('debounceInput'),
    getValue: () => object.get('anlan:connector').slice(EXTERNAL.length),
    setValue: (topic) => modeling.updateModdleProperties(element, object, { 'anlan:connector': EXTERNAL + (topic ?? '') }),
  };
  return <TextFieldEntry id={id} label="主题" description="外部程序按主题来取；只用字母、数字、点、下划线和连字符" {...plumbing} />;
}

/** What the chosen connector wants to know; nothing for one that the catalogue does not describe. */
export function parameterEntries(object, known, injector) {
  const connector = object.get('anlan:connector') ?? '';
  if (connector.startsWith(EXTERNAL)) {
    return [{ id: 'anlan-topic', component: Topic, isEdited: isTextFieldEntryEdited, object }];
  }
  const parameters = known.find(({ key }) => key === connector)?.parameters ?? [];
  return parameters.map(({ name, help, required }) => ({
    id: `anlan-parameter-${name}`, component: Parameter, isEdited: isFeelEntryEdited, object, injector, name, help,
    label: required ? `${name}（必填）` : name,
  }));
}
