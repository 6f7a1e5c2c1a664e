import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** How long a process may take to answer. */
const PATIENCE_MS = 180_000;

/** Runs a program of the benchmark in a process of its own. Answers with the one message that it sends. */
export async function answerOf<Answer>(
  node: string,
  program: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<Answer> {
  const child = spawn(node, [...flags, '--import', 'tsx', program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr!.on('data', (data: Buffer) => {
    said = (said + data.toString()).slice(-2000);
  });
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), PATIENCE_MS);
  try {
    const [answer] = await Promise.race([
      once(child, 'message', { signal: over.signal }),
      once(child, 'exit', { signal: over.signal }).then(([code]) => {
        throw new Error(`it ended with ${code}: ${said.trim().split('\n').at(-1)}`);
      }),
    ]);
    if (child.exitCode === null) await once(child, 'exit', { signal: over.signal });
    return answer as Answer;
  } finally {
    clearTimeout(timer);
    over.abort();
    child.kill('SIGKILL');
  }
}
