// Entries of the properties panel that read and write one attribute of a model element.
import {
  FeelTextAreaEntry, SelectEntry, TextAreaEntry, TextFieldEntry, isFeelEntryEdited, isSelectEntryEdited, isTextAreaEntryEdited, isTextFieldEntryEdited,
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { translate } from '../shared/translation.js';

function usePlumbing({ element, object, name, extra = {} }) {
  const modeling = useService('modeling');
  return {
    element,
    debounce: useService('debounceInput'),
    getValue: () => object.get(name) ?? '',
    setValue: (value) => modeling.updateModdleProperties(element, object, value ? { [name]: value, ...extra } : { [name]: undefined }),
  };
}

function TextAttribute(props) {
  return <TextFieldEntry id={props.id} label={props.label} description={props.help} {...usePlumbing(props)} />;
}

/** The FEEL editor knows expressions by a leading "=", which our attributes do without. */
export function asFeel({ getValue, setValue, ...plumbing }) {
  const bare = (value) => (value ?? '').replace(/^\s*=\s*/, '');
  return {
    ...plumbing, feel: 'required', tooltip: null, translate,
    getValue: () => `=${bare(getValue())}`,
    setValue: (value) => setValue(bare(value) || undefined),
  };
}

function FeelAttribute(props) {
  return <FeelTextAreaEntry id={props.id} label={props.label} description={props.help} {...asFeel(usePlumbing(props))} />;
}

function PassageAttribute(props) {
  return <TextAreaEntry id={props.id} label={props.label} description={props.help} monospace autoResize {...usePlumbing(props)} />;
}

/** What can be picked: nothing, what the catalogue has, and what the diagram already says. */
function options(known, value) {
  const listed = known.map(({ key, name }) => ({ value: key, label: name ? `${name}（${key}）` : key }));
  const pattern = known.find(({ key }) => key.endsWith('.') && value.startsWith(key));
  const unknown = value && !known.some(({ key }) => key === value) ? [{ value, label: `${value}（${pattern?.name ?? '目录中没有'}）` }] : [];
  return [{ value: '', label: '（未指定）' }, ...unknown, ...listed.filter((option) => !unknown.length || option.value !== pattern?.key)];
}

function PickAttribute(props) {
  const known = useService('catalogue')[props.catalogue] ?? [];
  const plumbing = usePlumbing(props);
  if (!known.length) return <TextFieldEntry id={props.id} label={props.label} {...plumbing} />;
  return <SelectEntry id={props.id} label={props.label} getOptions={() => options(known, plumbing.getValue())} {...plumbing} />;
}

function entry(component, isEdited, name, more) {
  return (object) => ({ id: `anlan-${name.replace(':', '-')}`, component, isEdited, object, name, ...more });
}

/** One line of text. */
export const text = (name, label, help) => entry(TextAttribute, isTextFieldEntryEdited, name, { label, help });

/** Several lines; `extra` are properties set together with it. */
export const passage = (name, label, help, extra) => entry(PassageAttribute, isTextAreaEntryEdited, name, { label, help, extra });

/** An expression, with the help of an editor that knows FEEL. */
export const feel = (name, label, help) => entry(FeelAttribute, isFeelEntryEdited, name, { label, help });

/** A key out of one list of the catalogue. */
export const pick = (name, label, catalogue) => entry(PickAttribute, isSelectEntryEdited, name, { label, catalogue });
