import type { ConsumerApp } from './consumer-options.js';
import type { KafkaClient } from './kafka-client.js';
import { logName, type Reading } from './place-names.js';

/** The broker's word for a group that has committed nothing. */
const NOTHING_COMMITTED = '-1';

/**
 * Has a group that has read nothing yet begin after what is there now. Written down, so that a consumer that dies before its
 * first record does not skip what came meanwhile.
 */
export async function skipWhatIsThere(
  app: ConsumerApp,
  kafka: KafkaClient,
  { group, topics, reader }: Reading & { readonly topics: readonly string[]; readonly reader: string },
): Promise<void> {
  const known = await app.offsets.read(reader);
  const admin = kafka.admin();
  await admin.connect();
  try {
    const committed = await admin.fetchOffsets({ groupId: group, topics: [...topics] });
    for (const topic of topics) {
      const places = committed.find((one) => one.topic === topic)?.partitions ?? [];
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        const log = logName({ topic, partition });
        const place = places.find((one) => one.partition === partition)?.offset ?? NOTHING_COMMITTED;
        if (known.has(log) || place !== NOTHING_COMMITTED) continue;
        await app.offsets.advance({ reader, log, from: undefined, to: high }, []);
      }
    }
  } finally {
    await admin.disconnect();
  }
}
