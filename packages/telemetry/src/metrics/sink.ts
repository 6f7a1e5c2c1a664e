import type { Labels, MetricDefinition } from './definitions.js';

/** Takes one value of a metric. */
export type Take = (value: number, labels: Labels) => void;

/** A value of a gauge, as it is read. */
export interface Reading {
  readonly of: MetricDefinition;
  readonly value: number;
  readonly labels: Labels;
}

/** Where metrics go: to OpenTelemetry, or to a Prometheus endpoint. */
export interface MetricSink {
  /** What takes the values of a counter or a histogram. */
  taker(of: MetricDefinition): Take;
  /** Has gauges read whenever somebody looks. Gives what ends that. */
  observe(gauges: readonly MetricDefinition[], read: () => Promise<readonly Reading[]>): () => void;
}
