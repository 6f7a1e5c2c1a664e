import { sleep, step, type Workflow, workflow } from '@holdfast/core/internal';
import type { Means } from './means.js';

/** What the programs on control are made of. */
export interface ControlSteps {
  /** Notes that a step's body runs. */
  readonly begin: (label: string) => string;
  readonly plain: (label: string) => Promise<string>;
  readonly record: (label: string) => Promise<string>;
  readonly leaf: Workflow<[], unknown>;
}

/** Workflows whose runs end because somebody, their time limit, or the death of one process after the other ends them. */
export function controlPrograms(
  { registry, app }: Means,
  { begin, plain, record, leaf }: ControlSteps,
): Readonly<Record<'doze' | 'dozers' | 'limits' | 'deadly', Workflow<[], unknown>>> {
  const options = { registry };
  // What these two wait for never comes.
  const doze = workflow('doze', options, () => sleep('1 day'));
  const dozers = workflow('dozers', options, () => Promise.all([doze(), doze()]));
  const drop = step('drop', async (id: string) => {
    begin('drop');
    await app().runs.cancel(id, { children: true });
  });
  const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;
  const limits = workflow('limits', options, async () => {
    const late = await app().start(dozers, [], { timeout: 100 });
    const dropped = await app().start(dozers, []);
    const kept = await app().start(leaf, [], { detached: true });
    await record('meanwhile');
    await drop(dropped.id);
    return {
      late: await late.result().catch(codeOf),
      dropped: await dropped.result().catch(codeOf),
      kept: await kept.result(),
    };
  });
  const deadly = workflow('deadly', { ...options, maxTakeovers: 2 }, async () => {
    await plain('before');
    await step.run('explode', () => process.kill(process.pid, 'SIGKILL'));
    await plain('after');
  });
  return { doze, dozers, limits, deadly };
}
