import { KafkaBroker, NoBroker } from '@holdfast/conformance/kafka-broker';
import pc from 'picocolors';
import { play } from './story/play.js';

/** A broker of the story's own, which it can cut off the power of. */
async function openBroker(): Promise<KafkaBroker | undefined> {
  try {
    return await KafkaBroker.start();
  } catch (error) {
    if (!(error instanceof NoBroker)) throw error;
    console.log(`  The story is not played, as ${error.message}.`);
    return undefined;
  }
}

console.log(`\n  ${pc.bold('Events to orders: a shop on Holdfast, Kafka, Knex and Postgres')}`);
const broker = await openBroker();
if (broker) {
  try {
    process.exitCode = (await play(broker)) ? 0 : 1;
  } finally {
    await broker.dispose();
  }
}
