import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const POM = join(import.meta.dirname, '..', 'kafka-broker', 'pom.xml');
const TOOLS = join(import.meta.dirname, '..', '..', '..', '.tools');

/** Copies what a project depends on. Fetched by its number, so that it is the same everywhere. */
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** Some 50 MB, once. */
const FETCH_TIMEOUT_MS = 300_000;

/** What a JVM needs for as long as a test runs: little, and to be up soon. */
export const JVM_OPTIONS = [
  '-Xms64m',
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
];

/** A broker's programs, and a data folder as it is before the first start. */
export interface BrokerFiles {
  readonly classPath: string;
  readonly formatted: string;
}

/** Why there can be no broker here. */
export class NoBroker extends Error {}

/**
 * Apache Kafka, fetched once from Maven Central by Maven, with whatever mirror Maven's own settings name, and kept in
 * `.tools`.
 *
 * @throws NoBroker without a JDK or Maven, or if it cannot be fetched.
 */
export async function brokerFiles(): Promise<BrokerFiles> {
  const pom = await readFile(POM, 'utf8');
  const version = /kafka_2\.13<\/artifactId>\s*<version>([^<]+)</.exec(pom)![1]!;
  const home = join(TOOLS, `kafka-${version}`);
  const files = { classPath: join(home, 'libs', '*'), formatted: join(home, 'formatted') };
  if (existsSync(home)) return files;
  await check('java', '-version');
  await check('mvn', '-version');
  await mkdir(TOOLS, { recursive: true });
  const made = await mkdtemp(join(TOOLS, 'kafka-new-'));
  try {
    await fetchJars(made);
    await format(made);
    // Whoever comes first is as good as whoever comes last.
    await rename(made, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return files;
}

async function check(program: string, argument: string): Promise<void> {
  await run(program, [argument]).catch((cause: unknown) => {
    throw new NoBroker(`there is no ${program} on this machine`, { cause });
  });
}

async function fetchJars(home: string): Promise<void> {
  const options = ['-B', '-q', '-C', '-f', POM, `-DoutputDirectory=${join(home, 'libs')}`];
  await run('mvn', [...options, COPY], { timeout: FETCH_TIMEOUT_MS }).catch((cause: unknown) => {
    throw new NoBroker('Apache Kafka could not be fetched from Maven Central', { cause });
  });
}

/** Formats a data folder, which takes a JVM some seconds, so that each broker need only copy it. */
async function format(home: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kafka-format-'));
  try {
    const properties = join(folder, 'server.properties');
    await writeFile(
      properties,
      serverProperties({ folder: join(home, 'formatted'), port: 1, controllerPort: 2 }),
    );
    const id = Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
    // With =, as an id may begin with a dash.
    const tool = ['kafka.tools.StorageTool', 'format', `--cluster-id=${id}`, '-c', properties];
    await run('java', [...JVM_OPTIONS, '-cp', join(home, 'libs', '*'), ...tool]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies the formatted data folder for a broker of its own. */
export async function newDataFolder({ formatted }: BrokerFiles): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-kafka-'));
  await cp(formatted, join(folder, 'data'), { recursive: true });
  return folder;
}

/** One node that is broker and controller, on loopback, and quick with groups. */
export function serverProperties(place: {
  readonly folder: string;
  readonly port: number;
  readonly controllerPort: number;
}): string {
  const { folder, port, controllerPort } = place;
  return `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${folder}
num.partitions=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
auto.create.topics.enable=false
num.network.threads=1
num.io.threads=2
num.recovery.threads.per.data.dir=1
background.threads=1
`;
}
