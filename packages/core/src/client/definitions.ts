import { definitionOf, type WorkflowDefinition, workflowsOf } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';

/** The workflows that a value stands for: one, or those of an object or class with decorated methods. */
export function definitionsIn(value: object): readonly WorkflowDefinition[] {
  const definition = definitionOf(value);
  if (definition) return [definition];
  const workflows = Object(value) === value ? workflowsOf(value) : [];
  return workflows.length > 0 ? workflows.map(definitionIn) : [definitionIn(value)];
}

/** The definition of a workflow. @throws HoldfastError UNKNOWN_WORKFLOW */
export function definitionIn(value: unknown): WorkflowDefinition {
  const definition = definitionOf(value);
  if (definition) return definition;
  throw new HoldfastError(
    'UNKNOWN_WORKFLOW',
    `${typeof value === 'function' ? `The function "${value.name}"` : `A value of type ${typeof value}`} is not a ` +
      "workflow. Make one with workflow('name', fn).",
  );
}
