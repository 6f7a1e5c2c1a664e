import { describe, expect, test } from 'vitest';
import { shopHome } from './support/database.js';
import { holdfast, onTerminal } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';

const home = shopHome();

const CTRL_C = '\u0003';

/** Without the time of day, and lengths of time. */
function lines(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\d\d:\d\d:\d\d\.\d{3} {2}/, '').replace(/ {2}\d[\d.]* (?:ms|s)/, ''));
}

describe('holdfast tail of a run', () => {
  test('shows its calls, events and streams, and how it ended', async () => {
    await home.shop.start('checkout', [{ id: 'order-1' }], { id: 'order-1' });
    const { code, stdout } = await holdfast(['tail', 'order-1'], { url: home.url });
    expect(code).toBe(0);
    expect(lines(stdout)).toMatchInlineSnapshot(`
      [
        "✓ charge card  attempt 2",
        "✓ set progress",
        "✓ write log",
        "✓ sleep",
        "✓ child ship  → order-1.4",
        "✓ set progress",
        "✓ write log",
        "✓ close log",
        "● progress = 100",
        "» log 'charged order-1'",
        "» log 'shipped order-1'",
        "succeeded  { order: 'order-1', paid: 'pay-order-1', at: 1970-01-01T00:00:00.000Z }",
      ]
    `);
  });

  test('shows live what happens while somebody watches, and ends with the run', async () => {
    await home.shop.begin('approve', [], { id: 'live' });
    const terminal = onTerminal(['tail', 'live', '--interval', '100ms'], { url: home.url });
    await terminal.shows("progress = 'waiting for approval'");
    expect((await inProcess(['send', 'live', 'approval', '"yes"'], { url: home.url })).code).toBe(0);
    await terminal.shows("» log 'yes'");
    await terminal.shows("succeeded  'yes'");
    expect(await terminal.ended).toBe(0);
  });

  test('ends at once with Ctrl-C, which is no failure', async () => {
    await home.shop.begin('approve', [], { id: 'endless' });
    const terminal = onTerminal(['tail', 'endless', '--interval', '1m'], { url: home.url });
    await terminal.shows('progress');
    terminal.type(CTRL_C);
    expect(await terminal.ended).toBe(0);
  });

  test('exits with 1 if the run failed, and if there is none', async () => {
    await home.shop.start('refuse', [{ id: 'bad' }], { id: 'bad' });
    const { code, stdout } = await inProcess(['tail', 'bad'], { url: home.url });
    expect(code).toBe(1);
    expect(lines(stdout).at(-1)).toBe('failed  NonRetryableError: card of bad was declined [NON_RETRYABLE]');
    expect((await inProcess(['tail', 'nobody'], { url: home.url })).stderr).toContain('RUN_NOT_FOUND');
  });

  test('writes a line of JSON for each thing', async () => {
    await home.shop.start('checkout', [{ id: 'order-2' }], { id: 'order-2' });
    const { stdout } = await inProcess(['tail', 'order-2', '--json'], { url: home.url });
    const documents = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(documents).toContainEqual({ event: 'progress', value: 100 });
    expect(documents).toContainEqual({ stream: 'log', position: 1, value: 'shipped order-2' });
    expect(documents.at(-1)).toMatchObject({ run: { id: 'order-2', state: 'succeeded' } });
  });

  test('with --stream writes only the values of a stream, until it is closed', async () => {
    await home.shop.start('checkout', [{ id: 'order-3' }], { id: 'order-3' });
    const { code, stdout } = await inProcess(['tail', 'order-3', '--stream', 'log'], { url: home.url });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'charged order-3\nshipped order-3\n' });
  });
});

describe('holdfast tail', () => {
  test('shows runs as they are recorded, change and end, and only those of a filter', async () => {
    const all = onTerminal(['tail', '--interval', '100ms'], { url: home.url });
    const ofLate = ['tail', '--state', 'failed', '--json', '--since', '1m', '--interval', '100ms'];
    const failed = onTerminal(ofLate, { url: home.url });
    await all.shows('Following runs; Ctrl-C ends it.');
    await home.shop.begin('approve', [], { id: 'watched' });
    await all.shows(/(?:running|waiting) +approve {2}watched/);
    await home.shop.start('refuse', [{ id: 'x' }], { id: 'fails' });
    await all.shows(/failed +refuse {2}fails/);
    await failed.shows('"id":"fails"');
    await inProcess(['send', 'watched', 'approval', '1'], { url: home.url });
    await all.shows(/succeeded +approve {2}watched/);
    all.type(CTRL_C);
    failed.type(CTRL_C);
    expect(await Promise.all([all.ended, failed.ended])).toEqual([0, 0]);
    expect(failed.text()).not.toContain('watched');
  });

  test('refuses a stream of no run, and a run with a filter', async () => {
    expect(await inProcess(['tail', '--stream', 'log'], { url: home.url })).toMatchObject({ code: 2 });
    expect(await inProcess(['tail', 'x', '--state', 'failed'], { url: home.url })).toMatchObject({ code: 2 });
  });
});
