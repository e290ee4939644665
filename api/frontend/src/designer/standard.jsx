// Slots of the BPMN standard that bpmn-js-properties-panel leaves to vendors: conditions, and our short form of multi-instance.
import { FeelTextAreaEntry, isFeelEntryEdited } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';
import { asFeel, feel, text } from './entries.jsx';

function Condition({ id, element, object, name }) {
  const modeling = useService('modeling');
  const bpmnFactory = useService('bpmnFactory');
  const setValue = (body) => {
    const expression = body ? bpmnFactory.create('bpmn:FormalExpression', { body }) : undefined;
    if (expression) expression.$parent = object;
    modeling.updateModdleProperties(element, object, { [name]: expression });
  };
  const plumbing = { element, debounce: useService('debounceInput'), getValue: () => object.get(name)?.get('body'), setValue };
  return <FeelTextAreaEntry id={id} label="FEEL 条件" description="如 county_review.outcome = &quot;agree&quot;" {...asFeel(plumbing)} />;
}

/** The model element and property that hold a condition, if this element can have one. */
function conditionSlot(element) {
  const object = getBusinessObject(element);
  const branches = ['bpmn:ExclusiveGateway', 'bpmn:InclusiveGateway', 'bpmn:ComplexGateway', 'bpmn:Activity'];
  if (is(element, 'bpmn:SequenceFlow')) return branches.some((type) => is(object.sourceRef, type)) ? [object, 'conditionExpression'] : null;
  const definition = object.get('eventDefinitions')?.find((candidate) => is(candidate, 'bpmn:ConditionalEventDefinition'));
  return definition ? [definition, 'condition'] : null;
}

export function conditionEntries(element) {
  const slot = conditionSlot(element);
  if (!slot) return [];
  const [object, name] = slot;
  return [{ id: 'anlan-condition-body', component: Condition, isEdited: isFeelEntryEdited, object, name }];
}

const EACH = [
  feel('anlan:collection', '名单', 'FEEL，结果是列表；每一项办一次'),
  text('anlan:elementVariable', '每项的变量', '如 department'),
  text('anlan:outputCollection', '结果列表', '各次结果按顺序存入这个变量'),
  feel('anlan:outputElement', '每次的结果', 'FEEL'),
];

/** The short form of multi-instance, on activities that are marked as such. */
export function multiInstanceEntries(element) {
  const loop = getBusinessObject(element).get('loopCharacteristics');
  return loop && is(loop, 'bpmn:MultiInstanceLoopCharacteristics') ? EACH.map((entry) => entry(loop)) : [];
}
