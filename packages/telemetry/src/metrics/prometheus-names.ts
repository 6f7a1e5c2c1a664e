import type { MetricDefinition } from './definitions.js';

const UNITS: Readonly<Record<string, string>> = { s: '_seconds' };

/** The name of a metric in Prometheus, by the rules that OpenTelemetry's own exporters go by. */
export function prometheusName({ name, kind, unit }: MetricDefinition): string {
  return `${prometheusLabel(name)}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
}

/** The same for an attribute. */
export function prometheusLabel(attribute: string): string {
  return attribute.replaceAll('.', '_');
}

/** Every name under which a metric has values: a histogram has three. */
export function seriesNames(of: MetricDefinition): readonly string[] {
  const name = prometheusName(of);
  return of.kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
}
