// Draws one element of each kind and opens its panel and its menu.
async () => {
  const tool = (name) => designer.modeler.get(name);
  const shape = (attributes) => tool('modeling').createShape(
    tool('elementFactory').createShape(attributes), { x: 400, y: 500 }, tool('canvas').getRootElement());
  const types = [
    'Task', 'UserTask', 'ManualTask', 'ServiceTask', 'SendTask', 'ReceiveTask', 'ScriptTask', 'BusinessRuleTask', 'CallActivity',
    'ExclusiveGateway', 'ParallelGateway', 'InclusiveGateway', 'EventBasedGateway', 'SubProcess', 'TextAnnotation',
  ];
  const shapes = types.map((type) => shape({ type: `bpmn:${type}` }));
  for (const kind of ['Timer', 'Message', 'Signal', 'Error', 'Escalation', 'Conditional']) {
    const eventDefinitionType = `bpmn:${kind}EventDefinition`;
    shapes.push(shape({ type: 'bpmn:IntermediateCatchEvent', eventDefinitionType }), shape({ type: 'bpmn:StartEvent', eventDefinitionType }));
  }
  for (const each of shapes) {
    tool('selection').select(each);
    tool('popupMenu').open(each, 'bpmn-replace', { x: 10, y: 10 });
    await new Promise((done) => setTimeout(done, 20));
    tool('popupMenu').close();
  }
}
