import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const APP = fileURLToPath(new URL('../..', import.meta.url));
const LEASH = new URL('leash.mjs', import.meta.url).href;
const NEXT = createRequire(import.meta.url).resolve('next/dist/bin/next');
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

/** The app as it is built for production, in a process of its own that may be killed and started again at its address. */
export class NextServer {
  readonly url: string;
  readonly #port: number;
  readonly #databaseUrl: string;
  #child: ChildProcess | undefined;
  #output = '';

  private constructor(port: number, databaseUrl: string) {
    this.url = `http://127.0.0.1:${port}`;
    this.#port = port;
    this.#databaseUrl = databaseUrl;
  }

  /** Starts it. @throws Error if the app was not built. */
  static async open(databaseUrl: string): Promise<NextServer> {
    if (!existsSync(`${APP}/.next/BUILD_ID`))
      throw new Error('The app is not built: run `pnpm build` first.');
    const server = new NextServer(await freePort(), databaseUrl);
    await server.start();
    return server;
  }

  /** What it wrote, of all its processes. */
  get output(): string {
    return this.#output;
  }

  /** Starts a process. Resolves when it answers. */
  async start(): Promise<void> {
    const env = {
      ...process.env,
      NODE_ENV: 'production',
      DATABASE_URL: this.#databaseUrl,
      NEXT_MANUAL_SIG_HANDLE: 'true',
      NEXT_TELEMETRY_DISABLED: '1',
    } as const;
    const child = spawn(
      process.execPath,
      ['--import', LEASH, NEXT, 'start', '-H', '127.0.0.1', '-p', String(this.#port)],
      { cwd: APP, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
    );
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk;
      });
    }
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await this.#answers())) {
      if (child.exitCode !== null || Date.now() > deadline)
        throw new Error(`The app does not start.\n${this.#output}`);
      await delay(LOOK_MS);
    }
  }

  /** `kill -9`. Resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Asks it to end. Gives its exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  async #answers(): Promise<boolean> {
    const response = await fetch(`${this.url}/api/board`).catch(() => undefined);
    await response?.body?.cancel();
    return response?.ok ?? false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('There is no free port.');
  return address.port;
}
