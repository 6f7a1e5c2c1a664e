import { readFileSync } from 'node:fs';
import type { SyntaxNodeRef } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../src/metrics/definitions.js';
import { prometheusLabel, prometheusName, seriesNames } from '../src/metrics/prometheus-names.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

const text = readFileSync(new URL('../grafana-dashboard.json', import.meta.url), 'utf8');
const dashboard = JSON.parse(text) as { readonly panels: readonly Panel[] };
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }) => ({ title, expr, legendFormat })),
);
const known = new Set(Object.values(METRICS).flatMap(seriesNames));
const labels = new Set([
  'le',
  'instance',
  ...Object.values(METRICS).flatMap(({ attributes }) => attributes.map(prometheusLabel)),
]);

/** What a query is made of, by the kind of node. Grafana's own variables are put in first, as it does. */
function partsOf(expr: string): { readonly kind: string; readonly text: string }[] {
  const query = expr.replaceAll('$__rate_interval', '1m').replaceAll('$workflow', '.*');
  const parts: { kind: string; text: string }[] = [];
  parser.parse(query).iterate({
    enter: ({ name, from, to }: SyntaxNodeRef) => {
      parts.push({ kind: name, text: query.slice(from, to) });
    },
  });
  return parts;
}

function named(expr: string, kind: string): string[] {
  return partsOf(expr).flatMap((part) => (part.kind === kind ? [part.text] : []));
}

describe('the dashboard', () => {
  test.each(queries)('asks in PromQL: $title, $legendFormat', ({ expr, legendFormat }) => {
    expect(partsOf(expr).filter(({ kind }) => kind === '⚠')).toEqual([]);
    const metrics = partsOf(expr).flatMap(({ kind, text: name }) =>
      kind === 'Identifier' && name.startsWith('holdfast_') ? [name] : [],
    );
    expect(metrics.length).toBeGreaterThan(0);
    expect(metrics.filter((name) => !known.has(name))).toEqual([]);
    const used = [
      ...named(expr, 'LabelName'),
      ...[...legendFormat.matchAll(/{{(\w+)}}/g)].map(([, name]) => name!),
    ];
    expect(used.filter((name) => !labels.has(name))).toEqual([]);
  });

  test('shows every metric that there is', () => {
    const all = queries.map(({ expr }) => expr).join('\n');
    expect(
      Object.values(METRICS)
        .map(prometheusName)
        .filter((name) => !all.includes(name)),
    ).toEqual([]);
  });

  test('has a place for each panel, and no two in one', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
