import { KafkaBroker, NoBroker } from '@holdfast/conformance/kafka-broker';
import { testServer } from '@holdfast/postgres/internal';

declare module 'vitest' {
  interface ProvidedContext {
    serverUrl: string;
    /** The address of a broker; empty where there can be none. */
    broker: string;
    /** Why there is no broker. */
    noBroker: string;
  }
}

interface Project {
  provide(key: 'serverUrl' | 'broker' | 'noBroker', value: string): void;
}

/** A Postgres server, and an Apache Kafka broker where there can be one. */
export default async function setUp(project: Project): Promise<() => Promise<void>> {
  const [removeServer, broker] = await Promise.all([testServer(project), startBroker(project)]);
  return async () => {
    await Promise.all([removeServer(), broker?.dispose()]);
  };
}

async function startBroker(project: Project): Promise<KafkaBroker | undefined> {
  try {
    const broker = await KafkaBroker.start();
    project.provide('broker', broker.address);
    project.provide('noBroker', '');
    return broker;
  } catch (error) {
    if (!(error instanceof NoBroker)) throw error;
    console.log(`Tests on a real Kafka broker are skipped: ${error.message}.`);
    project.provide('broker', '');
    project.provide('noBroker', error.message);
    return undefined;
  }
}
