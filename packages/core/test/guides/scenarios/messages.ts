import { expect } from 'vitest';
import {
  channel,
  event,
  HoldfastError,
  type RunHandle,
  step,
  stream,
  type WorkflowFunction,
  workflow,
} from '../../../src/index.js';
import { errorOf } from '../../support/signals.js';
import type { Scenario } from '../scenario.js';

const written: string[] = [];
const printed: unknown[] = [];

function publishing() {
  const approval = channel<{ by: string; ok: boolean }>('approval');
  const progress = event<number>('progress');
  const tokens = stream<string>('tokens');
  const publish = workflow('publish', async (draft: string) => {
    await step.run('write', async () => tokens.write(draft));
    await tokens.close();
    await progress.set(10);
    return (await approval.receive()).ok;
  });
  return { approval, progress, tokens, publish };
}

type Publishing = ReturnType<typeof publishing>;

export const messages: Record<string, Scenario> = {
  'messages 1': {
    before: () => ({
      model: {
        async *complete(draft: string) {
          yield* draft.split(' ');
        },
      },
    }),
    after: async ({ publish, tokens, approval }, world) => {
      const app = await world.launch();
      const handle = await app.start(publish as WorkflowFunction<[string], boolean>, ['a draft']);
      const read: string[] = [];
      for await (const token of app.stream(tokens as Publishing['tokens']).read(handle.id)) read.push(token);
      expect(read).toEqual(['a', 'draft']);
      await app.channel(approval as Publishing['approval']).send(handle.id, { by: 'Kim', ok: true });
      expect(await handle.result()).toBe(true);
    },
  },
  'messages 2': {
    before: () => ({
      ...publishing(),
      process: { stdout: { write: (text: string) => written.push(text) } },
      console: { log: (value: unknown) => printed.push(value) },
    }),
    after: async ({ id }, { app }) => {
      expect(await (app.handle(id as string) as RunHandle<unknown>).result()).toBe(true);
      expect([written.splice(0), printed.splice(0)]).toEqual([['a draft'], [10]]);
    },
  },
  'messages 3': {
    isInRun: true,
    before: () => ({
      approval: { receive: () => Promise.reject(new HoldfastError('TIMED_OUT', 'Nothing came in time.')) },
    }),
    after: ({ answer }) => expect(answer).toEqual({ by: 'nobody', ok: false }),
  },
  'messages 4': {
    before: () => {
      const check = (value: unknown) =>
        typeof (value as { ok?: unknown }).ok === 'boolean'
          ? { value }
          : { issues: [{ message: 'ok is a boolean' }] };
      const object = () => ({ '~standard': { version: 1, vendor: 'test', validate: check } });
      return { z: { object, string: () => undefined, boolean: () => undefined } };
    },
    after: async ({ approval }, world) => {
      const typed = approval as Publishing['approval'];
      const asks = workflow('asks', async () => typed.receive());
      const app = await world.launch();
      const { id } = await app.start(asks, []);
      const wrong = { by: 'Kim', ok: 'yes' } as never;
      expect(await errorOf(app.channel(typed).send(id, wrong))).toMatchObject({ code: 'INVALID_INPUT' });
    },
  },
};
