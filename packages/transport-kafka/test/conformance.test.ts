import { transportConformance } from '@holdfast/conformance';
import { postgres } from '@holdfast/postgres';
import { createTestDatabase, startWireProxy } from '@holdfast/postgres/internal';
import { inject } from 'vitest';
import { onBroker } from './support/kafka.js';
import { KafkaOutside } from './support/kafka-outside.js';

onBroker('on a real broker', () => {
  transportConformance('Kafka', {
    ground: { serverUrl: inject('serverUrl'), postgres, createTestDatabase, startWireProxy },
    worker: new URL('./support/transport-worker.ts', import.meta.url),
    makeOutside: () => KafkaOutside.make(),
  });
});
