import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StartOptions } from '@holdfast/core';

/** A launched app in a process of its own. */
export interface Shop {
  readonly pid: number;
  /** Starts a run and, unless told otherwise, waits until it has ended. */
  start(name: string, args: readonly unknown[], options?: StartOptions): Promise<string>;
  /** Starts one that will not end soon. */
  begin(name: string, args: readonly unknown[], options?: StartOptions): Promise<string>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** Starts the app of `shop.mjs` on a database. To be killed by whoever started it. */
export async function launchShop(url: string): Promise<Shop> {
  const child = fork(join(import.meta.dirname, 'shop.mjs'), [], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const answer = async (): Promise<string> => {
    const [{ id }] = (await once(child, 'message')) as [{ id: string }];
    return id;
  };
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exit;
  };
  await answer();
  const ask = (message: object): Promise<string> => {
    const answered = answer();
    child.send(message);
    return answered;
  };
  return {
    pid: child.pid!,
    start: (name, args, options) => ask({ call: 'start', name, args, options }),
    begin: (name, args, options) => ask({ call: 'start', name, args, options, await: false }),
    stop: async () => {
      child.send({ call: 'stop' });
      await exit;
    },
    kill,
  };
}
