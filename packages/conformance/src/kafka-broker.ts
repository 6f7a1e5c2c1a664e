// An Apache Kafka broker for tests and demonstrations. Loads no test runner.

export { KafkaBroker } from './kafka-broker/broker.js';
export { NoBroker } from './kafka-broker/files.js';
