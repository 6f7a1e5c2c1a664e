import type { StandardIssue, WorkflowDefinition } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';

/**
 * The arguments of a workflow, checked by its input schema if it has one.
 *
 * @throws HoldfastError INVALID_INPUT with all issues in `details`.
 */
export async function validInput(
  workflow: WorkflowDefinition,
  args: readonly unknown[],
): Promise<readonly unknown[]> {
  if (!Array.isArray(args)) {
    throw new HoldfastError(
      'INVALID_INPUT',
      `The arguments of workflow "${workflow.name}" must be an array: app.start(${workflow.name}, [first, second]).`,
    );
  }
  if (!workflow.input) return args;
  const result = await workflow.input['~standard'].validate(args[0]);
  if (!result.issues) return [result.value];
  const issues = result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
  const list = issues.map(({ path, message }) => `${path || 'input'}: ${message}`).join('; ');
  throw new HoldfastError('INVALID_INPUT', `The input of workflow "${workflow.name}" is not valid. ${list}`, {
    details: { workflow: workflow.name, issues },
  });
}

function pathOf(issue: StandardIssue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
