import { createRegistry, Holdfast, step, workflow } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';

/** An app with a workflow of many small steps, and one last step that may be anything. */
export function longRuns(url: string, last: () => Promise<void>) {
  const registry = createRegistry();
  const long = workflow('long', { registry }, async (steps: number) => {
    for (let n = 0; n < steps; n++) await step.run('recorded', () => ({ n }));
    await step.run('last', last);
  });
  return { app: new Holdfast({ store: postgres(url), registry }), long };
}
