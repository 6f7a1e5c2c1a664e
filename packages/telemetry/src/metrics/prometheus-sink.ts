import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { MetricsPage } from '../monitor.js';
import type { Labels, MetricDefinition } from './definitions.js';
import { prometheusLabel, prometheusName } from './prometheus-names.js';
import type { MetricSink, Reading, Take } from './sink.js';

/** Metrics for Prometheus to fetch. */
export interface PrometheusMetrics extends MetricSink, MetricsPage {
  /** prom-client's registry that they are in. */
  readonly registry: Registry;
}

/** Where {@link prometheusMetrics} puts them. */
export interface PrometheusMetricsOptions {
  /** The registry that the program's own metrics are in, to be served together. Default: one of their own. */
  readonly registry?: Registry;
}

/**
 * Keeps metrics for Prometheus to fetch, without an OpenTelemetry SDK.
 *
 * @example
 * const metrics = prometheusMetrics();
 * const app = new Holdfast({ store, telemetry: openTelemetry({ metrics }) });
 * const handle = monitor(app, { metrics });        // (Request) => Promise<Response>: /metrics, /livez, /readyz
 */
export function prometheusMetrics({
  registry = new Registry(),
}: PrometheusMetricsOptions = {}): PrometheusMetrics {
  const readers = new Set<() => Promise<readonly Reading[]>>();
  const gauge = (of: MetricDefinition): void => {
    const name = prometheusName(of);
    if (registry.getSingleMetric(name)) return;
    const made: Gauge = new Gauge({
      ...described(of),
      registers: [registry],
      collect: async () => {
        const readings = (await Promise.all([...readers].map((read) => read()))).flat();
        made.reset();
        for (const one of readings) if (one.of === of) made.set(labelled(one.labels), one.value);
      },
    });
  };
  return {
    registry,
    contentType: registry.contentType,
    text: () => registry.metrics(),
    taker: (of) => (of.kind === 'counter' ? counting(registry, of) : spreading(registry, of)),
    observe(gauges, read) {
      readers.add(read);
      for (const of of gauges) gauge(of);
      return () => readers.delete(read);
    },
  };
}

function counting(registry: Registry, of: MetricDefinition): Take {
  const known = registry.getSingleMetric(prometheusName(of));
  const counter = known instanceof Counter ? known : new Counter({ ...described(of), registers: [registry] });
  return (value, labels) => counter.inc(labelled(labels), value);
}

function spreading(registry: Registry, of: MetricDefinition): Take {
  const known = registry.getSingleMetric(prometheusName(of));
  const buckets = [...(of.buckets ?? [])];
  const histogram =
    known instanceof Histogram ? known : new Histogram({ ...described(of), buckets, registers: [registry] });
  return (value, labels) => histogram.observe(labelled(labels), value);
}

function described(of: MetricDefinition): { name: string; help: string; labelNames: string[] } {
  return { name: prometheusName(of), help: of.description, labelNames: of.attributes.map(prometheusLabel) };
}

function labelled(labels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [prometheusLabel(name), value]));
}
