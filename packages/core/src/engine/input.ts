import type { Codec } from '../codec/index.js';
import type { StandardIssue, StandardResult, WorkflowDefinition } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';
import type { Payload } from '../replay/index.js';

/**
 * What stands beside the arguments of a run, or a message, that came by other means than an app: an empty list, as there is
 * nothing to add to the JSON. Nobody has checked them yet.
 */
export const UNCHECKED_INPUT = '[]';

/**
 * The arguments that a run was recorded with. Those that no app has checked are checked now: by the workflow's input
 * schema, which may turn them into something else.
 *
 * @throws HoldfastError INVALID_INPUT, as {@link validInput} does, and STORE_CORRUPT.
 */
export async function recordedInput(
  workflow: WorkflowDefinition,
  input: Payload,
  codec: Codec,
): Promise<readonly unknown[]> {
  const args = codec.decode(input);
  if (input.extra === UNCHECKED_INPUT || !Array.isArray(args)) return validInput(workflow, args);
  return args as readonly unknown[];
}

/**
 * The arguments of a workflow, checked by its input schema if it has one.
 *
 * @throws HoldfastError INVALID_INPUT with all issues in `details`.
 */
export async function validInput(workflow: WorkflowDefinition, args: unknown): Promise<readonly unknown[]> {
  if (!Array.isArray(args)) {
    throw new HoldfastError(
      'INVALID_INPUT',
      `The arguments of workflow "${workflow.name}" must be an array: app.start(${workflow.name}, [first, second]).`,
    );
  }
  const given = args as readonly unknown[];
  if (!workflow.input) return given;
  const { name } = workflow;
  const result = await workflow.input['~standard'].validate(given[0]);
  return [accepted(result, `input of workflow "${name}"`, { workflow: name })];
}

/**
 * What a schema makes of a value that it has checked.
 *
 * @throws HoldfastError INVALID_INPUT with all issues in `details`.
 */
export function accepted(
  result: StandardResult<unknown>,
  what: string,
  details: Readonly<Record<string, unknown>>,
): unknown {
  if (!result.issues) return result.value;
  const issues = result.issues.map((issue) => ({ path: pathOf(issue), message: issue.message }));
  const list = issues.map(({ path, message }) => `${path || 'input'}: ${message}`).join('; ');
  throw new HoldfastError('INVALID_INPUT', `The ${what} is not valid. ${list}`, {
    details: { ...details, issues },
  });
}

function pathOf(issue: StandardIssue): string {
  return (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
}
