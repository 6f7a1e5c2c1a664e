import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { METRICS } from '../src/metrics/definitions.js';
import { prometheusName } from '../src/metrics/prometheus-names.js';

const PACKAGE = new URL('..', import.meta.url);
const readme = readFileSync(new URL('README.md', PACKAGE), 'utf8');
const guide = readFileSync(new URL('../../docs/guides/telemetry.md', PACKAGE), 'utf8');

function programsOf(page: string): readonly string[] {
  return [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text!);
}

/** Runs a program as a reader would, and gives what it prints. */
async function printed(program: string): Promise<string> {
  const args = ['--input-type=module', '-e', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE });
  return stdout;
}

test.each([
  [
    'the first program of the README',
    programsOf(readme)[0],
    'hello, world\nrun welcome, start welcome, step greet, take up welcome\n',
  ],
  ['the second program of the README', programsOf(readme)[1], '/livez 200\n/readyz 200\n/metrics 200\n'],
  [
    'the program of the guide',
    programsOf(guide)[0],
    'charging in trace 0af7651916cd43dd8448eb211c80319c\npaid\n',
  ],
])('%s runs as it stands', async (_, program, output) => {
  expect(await printed(program!)).toBe(output);
});

test('each program of both pages is run', () => {
  expect([programsOf(readme).length, programsOf(guide).length]).toEqual([2, 1]);
});

test('the guide has every metric: its names, and what it is', () => {
  const rows = Object.values(METRICS).map(
    (of) =>
      `| \`${of.name}\` | \`${prometheusName(of)}\` | ${of.kind} | ${of.attributes.map((one) => `\`${one}\``).join(', ')} | ${of.description} |`,
  );
  expect(rows.filter((row) => !guide.includes(row))).toEqual([]);
});
