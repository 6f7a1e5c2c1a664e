import { describe, expect, test } from 'vitest';
import { shopHome } from './support/database.js';
import { onTerminal } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';

const home = shopHome();

function run(...args: string[]) {
  return inProcess(['runs', ...args], { url: home.url });
}

async function stateOf(id: string): Promise<unknown> {
  const { stdout } = await run('show', id, '--json', '--no-steps');
  return (JSON.parse(stdout) as { state: string }).state;
}

describe('holdfast runs resume and retry', () => {
  test('take runs up again that failed, by their ids or by a filter', async () => {
    await home.shop.start('refuse', [{ id: 'r1' }], { id: 'r1' });
    await home.shop.start('refuse', [{ id: 'r2' }], { id: 'r2' });
    expect(await run('retry', 'r1')).toMatchObject({ code: 0, stderr: '✓ r1 taken up again\n' });
    const { stdout } = await run('retry', '--id-prefix', 'r', '--state', 'failed', '--yes', '--json');
    expect(stdout).toContain('{"id":"r2","done":true}\n');
    await home.shop.begin('survey', [], { id: 'asleep' });
    await run('cancel', 'asleep');
    expect(await run('resume', 'asleep')).toMatchObject({ code: 0, stderr: '✓ asleep resumed\n' });
    expect(await stateOf('asleep')).not.toBe('cancelled');
  });

  test('say why they cannot take one up', async () => {
    await home.shop.start('mail', ['ada'], { id: 'sent' });
    const { code, stderr } = await run('resume', 'sent', 'nobody');
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "✗ Run "sent" is succeeded; only a failed, cancelled or paused run can be resumed.  RUN_NOT_FINISHED
      ✗ There is no run with the id "nobody" in this store.  RUN_NOT_FOUND
      "
    `);
  });
});

describe('holdfast runs fork', () => {
  test('starts a new run from a call, with another result and other tags, and writes its id', async () => {
    await home.shop.start('checkout', [{ id: 'order-1' }], { id: 'order-1' });
    const output = 'charge card={"id":"pay-7"}';
    const forked = await run(
      'fork',
      'order-1',
      '--from-step',
      'sleep',
      '--output',
      output,
      '--id',
      'fork-1',
      '--tag',
      'by=kim',
    );
    expect(forked).toEqual({ code: 0, stdout: 'order-1 → fork-1\n', stderr: '' });
    await home.shop.start('checkout', [{ id: 'order-1' }], { id: 'fork-1' });
    const { stdout } = await run('show', 'fork-1', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      forkedFrom: 'order-1',
      tags: { by: 'kim' },
      steps: expect.arrayContaining([expect.objectContaining({ seq: 0, output: { id: 'pay-7' } })]),
    });
  });

  test('refuses a call that was not made, a result that is not JSON, and one id for several', async () => {
    await home.shop.start('mail', ['ada'], { id: 'm1' });
    expect(await run('fork', 'm1', '--from-step', 'none')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('none'),
    });
    expect(await run('fork', 'm1', '--output', 'x=yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not JSON'),
    });
    expect(await run('fork', 'm1', 'm2', '--id', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('one id'),
    });
  });
});

test('holdfast runs move gives runs another version', async () => {
  await home.shop.begin('survey', [], { id: 'old', version: '0' });
  const moved = await run('move', '--workflow', 'survey', '--from', '0', '--to', '1');
  expect(moved).toMatchObject({ code: 0, stderr: '✓ 1 run of survey moved to version 1\n' });
  expect(await run('move', '--workflow', 'survey', '--from', '1', '--to', '1')).toMatchObject({ code: 2 });
});

describe('holdfast runs delete', () => {
  test('asks a person also for a run that he named', async () => {
    await home.shop.start('mail', ['ada'], { id: 'gone' });
    const terminal = onTerminal(['runs', 'delete', 'gone'], { url: home.url });
    await terminal.shows('Delete run gone? [y/N]');
    terminal.type('y\r');
    expect(await terminal.ended).toBe(0);
    expect(await run('show', 'gone')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('RUN_NOT_FOUND'),
    });
  });

  test('says of one that has not ended what to do, and deletes it with --force', async () => {
    await home.shop.begin('survey', [], { id: 'held' });
    const refused = await run('delete', 'held');
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('only one that has ended can be deleted'),
    });
    expect(await run('delete', 'held', '--force')).toMatchObject({ code: 0, stderr: '✓ held deleted\n' });
  });

  test('of a filter deletes only what has ended', async () => {
    await home.shop.start('mail', ['ada'], { id: 'old-1', tags: { old: true } });
    await home.shop.begin('survey', [], { id: 'old-2', tags: { old: true } });
    const { stdout } = await run('delete', '--tag', 'old=true', '--yes', '--json');
    expect(stdout).toBe('{"id":"old-1","done":true}\n');
  });
});
