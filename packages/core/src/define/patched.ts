import { HoldfastError } from '../errors/index.js';
import { checkName } from './names.js';
import { ambient, type RunScope } from './scope.js';

/**
 * Whether a run takes the new way at a point where its workflow was changed: false for one that had passed this point
 * before the change, true for every other, and the same ever after. To be called where the change begins, and awaited
 * before anything else is called there. Outside a run it is true.
 *
 * True costs one write; false none.
 *
 * @throws HoldfastError INVALID_NAME, or WRONG_CONTEXT inside a step.
 * @example
 * if (await patched('mail by provider B')) await mailByB(order);
 * else await mailByA(order);
 */
export async function patched(name: string): Promise<boolean> {
  checkName(name, 'name of the patch');
  return (await scopeHere('patched', name)?.patch(name)) ?? true;
}

/**
 * Stands where `patched` stood, once no run is left that takes the old way: runs that were marked there go on, and so do
 * those that were not. To be removed in its turn when no marked run is left.
 *
 * @throws HoldfastError INVALID_NAME, or WRONG_CONTEXT inside a step.
 * @example await retirePatch('mail by provider B');
 */
export async function retirePatch(name: string): Promise<void> {
  checkName(name, 'name of the patch');
  await scopeHere('retirePatch', name)?.retirePatch(name);
}

function scopeHere(call: string, name: string): RunScope | undefined {
  const here = ambient.getStore();
  if (!here?.step) return here?.scope;
  throw new HoldfastError(
    'WRONG_CONTEXT',
    `${call}("${name}") was called inside the step "${here.step.name}". Call it in the workflow's own code, and hand the ` +
      'answer to the step.',
    { details: { patch: name, step: here.step.name } },
  );
}
