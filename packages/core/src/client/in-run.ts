import { workflowScope } from '../define/index.js';
import { HoldfastError } from '../errors/index.js';

/**
 * Refuses what a replay would do again. In a step it is done when the step is.
 *
 * @throws HoldfastError WRONG_CONTEXT.
 */
export function refuseInRun(what: 'fork' | 'retry' | 'resume' | 'delete'): void {
  const scope = workflowScope();
  if (!scope) return;
  throw new HoldfastError(
    'WRONG_CONTEXT',
    `app.runs.${what} was called in the own code of run "${scope.info.id}", which may be replayed and would call it again. ` +
      `Call it in a step: step.run('${what}', () => app.runs.${what}(…)).`,
    { details: { runId: scope.info.id } },
  );
}
