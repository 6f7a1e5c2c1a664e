import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestDatabase } from '@holdfast/postgres/internal';
import { expect, inject, onTestFinished, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');
const run = promisify(execFile);

test('the programs of the README run as they stand: a server, a request from a shell, and a client', async () => {
  const readme = await readFile(join(PACKAGE, 'README.md'), 'utf8');
  const [server, client] = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text!);
  const [, curl] = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text!);
  const port = await freePort();
  const at = (text: string) => text.replaceAll('localhost:3000', `127.0.0.1:${port}`);

  const { url, drop } = await createTestDatabase(inject('serverUrl'));
  onTestFinished(drop);
  const folder = await mkdtemp(join(PACKAGE, 'test', 'readme-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'server.mts'), server!);
  await writeFile(join(folder, 'client.mts'), at(client!));
  const env = { ...process.env, DATABASE_URL: url, PORT: String(port), TOKEN: 'secret' };

  const serving = spawn(process.execPath, ['--import', 'tsx', join(folder, 'server.mts')], {
    cwd: PACKAGE,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void serving.kill('SIGKILL'));
  const exited = once(serving, 'exit');
  await once(serving.stdout, 'data');

  const { stdout: answer } = await run('bash', ['-c', at(curl!).replace('curl ', 'curl -s ')], { env });
  expect(JSON.parse(answer)).toMatchObject({ workflow: 'checkout' });
  const args = ['--import', 'tsx', join(folder, 'client.mts')];
  const { stdout: printed } = await run(process.execPath, args, { cwd: PACKAGE, env });
  // The client's start is that of the shell: it has the same key and the same body.
  expect(printed).toBe('50 %\npaid 30\n');

  serving.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
