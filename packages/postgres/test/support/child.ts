import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts a TypeScript file of this folder as a process of its own, which can send messages. */
export function spawnSupport(file: string, args: string[] = [], cwd = process.cwd()): ChildProcess {
  const loader = fileURLToPath(import.meta.resolve('tsx'));
  const program = fileURLToPath(new URL(file, import.meta.url));
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
  return spawn(process.execPath, ['--import', loader, program, ...args], { cwd, stdio: [...stdio] });
}

/** The next message of a process. Rejects if the process ends without one. */
export function nextMessage<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the process ended without a word'));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      resolve(message as Message);
    });
  });
}

/** Resolves with how a process ends: its exit code or the signal that ended it. */
export function ending(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
}
