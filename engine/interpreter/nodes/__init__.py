"""Task specifications of our own for SpiffWorkflow's tokens: what each BPMN element does with one."""
