import type { Meter, Observable } from '@opentelemetry/api';
import type { MetricSink, Take } from './sink.js';

/** Metrics by OpenTelemetry's API. */
export function otelSink(meter: Meter): MetricSink {
  return {
    taker({ name, kind, unit, description, buckets = [] }): Take {
      if (kind === 'counter') {
        const counter = meter.createCounter(name, { unit, description });
        return (value, labels) => counter.add(value, labels);
      }
      const advice = { explicitBucketBoundaries: [...buckets] };
      const histogram = meter.createHistogram(name, { unit, description, advice });
      return (value, labels) => histogram.record(value, labels);
    },
    observe(gauges, read) {
      const instruments = new Map<string, Observable>(
        gauges.map(({ name, unit, description }) => [
          name,
          meter.createObservableGauge(name, { unit, description }),
        ]),
      );
      const all = [...instruments.values()];
      const observed: Parameters<Meter['addBatchObservableCallback']>[0] = async (result) => {
        for (const { of, value, labels } of await read()) {
          const instrument = instruments.get(of.name);
          if (instrument) result.observe(instrument, value, labels);
        }
      };
      meter.addBatchObservableCallback(observed, all);
      return () => meter.removeBatchObservableCallback(observed, all);
    },
  };
}
