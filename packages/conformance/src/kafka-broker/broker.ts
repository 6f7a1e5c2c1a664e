import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { type BrokerFiles, brokerFiles, JVM_OPTIONS, newDataFolder, serverProperties } from './files.js';

/** How long a JVM may take on a machine that has other things to do. */
const START_TIMEOUT_MS = 120_000;

/** Kills the broker as soon as nobody holds the other end of its input: also if whoever started it is killed. */
const LEASH = '"$@" <&- & broker=$!; cat >/dev/null; kill -9 $broker';

/** An Apache Kafka broker of its own, on loopback, with its data in a temporary folder. */
export class KafkaBroker {
  readonly address: string;
  readonly #files: BrokerFiles;
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(files: BrokerFiles, folder: string, port: number) {
    this.#files = files;
    this.#folder = folder;
    this.#port = port;
    this.address = `127.0.0.1:${port}`;
  }

  /** @throws NoBroker where there can be none. */
  static async start(): Promise<KafkaBroker> {
    const files = await brokerFiles();
    const folder = await newDataFolder(files);
    const [port, controllerPort] = [await freePort(), await freePort()];
    const properties = serverProperties({ folder: join(folder, 'data'), port, controllerPort });
    await writeFile(join(folder, 'server.properties'), properties);
    const broker = new KafkaBroker(files, folder, port);
    await broker.up();
    return broker;
  }

  /** Starts it again where it was, with the data that it has. */
  async up(): Promise<void> {
    const log = await open(join(this.#folder, 'log'), 'a');
    const java = [
      'java',
      ...JVM_OPTIONS,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-cp',
      this.#files.classPath,
    ];
    const args = ['-c', LEASH, 'leash', ...java, 'kafka.Kafka', join(this.#folder, 'server.properties')];
    this.#process = spawn('sh', args, { stdio: ['pipe', log.fd, log.fd] });
    await log.close();
    await this.#listening();
  }

  /** Ends it as a power cut does. */
  async down(): Promise<void> {
    const leash = this.#process;
    this.#process = undefined;
    if (!leash) return;
    const ended = once(leash, 'exit');
    leash.stdin!.end();
    await ended;
    while (await answers(this.#port)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  /** Ends it and removes its data. */
  async dispose(): Promise<void> {
    await this.down();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #listening(): Promise<void> {
    const deadlineMs = Date.now() + START_TIMEOUT_MS;
    while (!(await answers(this.#port))) {
      if (Date.now() > deadlineMs || this.#process?.exitCode != null) {
        const log = await readFile(join(this.#folder, 'log'), 'utf8');
        throw new Error(`Apache Kafka did not start:\n${log.slice(-5000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Below the ports of outgoing connections: a client that tries to reconnect could else come to connect to itself. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
