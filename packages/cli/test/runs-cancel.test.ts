import { describe, expect, test } from 'vitest';
import { shopHome } from './support/database.js';
import { holdfast, onTerminal } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';
import { masked } from './support/masked.js';

const home = shopHome();

async function surveys(...ids: string[]): Promise<void> {
  for (const id of ids) await home.shop.begin('survey', [], { id });
}

async function states(idPrefix: string): Promise<Record<string, string>> {
  const { stdout } = await inProcess(
    ['runs', 'list', '--json', '--id-prefix', idPrefix, '--order', 'oldest'],
    { url: home.url },
  );
  const runs = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; state: string });
  return Object.fromEntries(runs.map(({ id, state }) => [id, state]));
}

describe('holdfast runs cancel', () => {
  test('cancels the run that is named, without asking', async () => {
    await surveys('one');
    const terminal = onTerminal(['runs', 'cancel', 'one'], { url: home.url });
    expect(await terminal.ended).toBe(0);
    expect(masked(terminal.text())).toBe('✓ one cancelled\n');
    expect(await states('one')).toEqual({ one: 'cancelled' });
  });

  test('says of each run that it could not cancel why not, and exits with 1', async () => {
    await surveys('two');
    await home.shop.start('mail', ['ada'], { id: 'done' });
    const { code, stderr } = await inProcess(['runs', 'cancel', 'two', 'done', 'none'], { url: home.url });
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "✓ 1 run cancelled
      ✗ done: It is succeeded already.  RUN_FINISHED
      ✗ none: There is no such run.  RUN_NOT_FOUND
      "
    `);
    const json = await inProcess(['runs', 'cancel', 'two', '--json'], { url: home.url });
    expect(JSON.parse(json.stdout)).toEqual({
      id: 'two',
      done: false,
      error: { code: 'RUN_FINISHED', message: 'It is cancelled already.' },
    });
  });

  test('asks a person whether all runs of a filter are meant, and does nothing unless he says yes', async () => {
    await surveys('ask-1', 'ask-2', 'ask-3');
    const args = ['runs', 'cancel', '--id-prefix', 'ask-'];
    const refused = onTerminal(args, { url: home.url });
    await refused.shows('[y/N]');
    refused.type('n\r');
    expect(await refused.ended).toBe(1);
    expect(masked(refused.text())).toMatchInlineSnapshot(`
      "Cancel 3 runs? [y/N] n
      Nothing was done.
      "
    `);
    const interrupted = onTerminal(args, { url: home.url });
    await interrupted.shows('[y/N]');
    interrupted.type('\u0003');
    expect(await interrupted.ended).toBe(130);
    expect(Object.values(await states('ask-'))).not.toContain('cancelled');

    const accepted = onTerminal(args, { url: home.url });
    await accepted.shows('Cancel 3 runs? [y/N]');
    accepted.type('y\r');
    expect(await accepted.ended).toBe(0);
    expect(masked(accepted.text())).toContain('✓ 3 runs cancelled');
    expect(Object.values(await states('ask-'))).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  test('without a terminal wants --yes for a filter, and shows with --dry-run which runs it means', async () => {
    await surveys('bulk-1', 'bulk-2');
    const filter = ['runs', 'cancel', '--id-prefix', 'bulk-'];
    const refused = await holdfast(filter, { url: home.url });
    expect(refused).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('then give --yes'),
    });
    const dry = await inProcess([...filter, '--dry-run'], { url: home.url });
    expect(dry).toEqual({ code: 0, stdout: 'bulk-2\nbulk-1\n', stderr: '2 runs would be cancelled.\n' });
    expect(Object.values(await states('bulk-'))).not.toContain('cancelled');
    const done = await holdfast([...filter, '--yes', '--json'], { url: home.url });
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toBe('{"id":"bulk-2","done":true}\n{"id":"bulk-1","done":true}\n');
    expect(await inProcess([...filter, '--yes'], { url: home.url })).toMatchObject({
      code: 0,
      stderr: 'No run matches that can be cancelled.\n',
    });
  });

  test('takes ids from a pipe', async () => {
    await surveys('pipe-1', 'pipe-2');
    const { code } = await holdfast(['runs', 'cancel', '-'], { url: home.url, input: 'pipe-1\n\n pipe-2\n' });
    expect(code).toBe(0);
    expect(Object.values(await states('pipe-'))).toEqual(['cancelled', 'cancelled']);
  });

  test('wants to be told which runs', async () => {
    const nothing = await inProcess(['runs', 'cancel'], { url: home.url });
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringContaining('No run is named.') });
    const both = await inProcess(['runs', 'cancel', 'one', '--state', 'running'], { url: home.url });
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('not both') });
  });
});
