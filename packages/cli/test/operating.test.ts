import { beforeAll, describe, expect, test } from 'vitest';
import { shopHome } from './support/database.js';
import { inProcess } from './support/in-process.js';
import { masked } from './support/masked.js';

const home = shopHome();

function run(...args: string[]) {
  return inProcess(args, { url: home.url });
}

describe('holdfast queues', () => {
  beforeAll(async () => {
    await home.shop.start('mail', ['ada'], { queue: 'mail' });
  });

  test('are paused and go on, and the list shows it', async () => {
    expect(await run('queues', 'pause', 'mail')).toEqual({ code: 0, stdout: '', stderr: '✓ mail paused\n' });
    await home.shop.begin('mail', ['bob'], { queue: 'mail', id: 'waits' });
    expect(masked((await run('queues', 'list')).stdout)).toMatchInlineSnapshot(`
      "QUEUE  WAITING  IN HANDS  LATER  CONCURRENCY  RATE         PAUSED
      mail  1  0  0  2  100 per <time> <time>
      "
    `);
    expect((await run('queues', 'resume', 'mail')).code).toBe(0);
    const [queue] = (await run('queues', 'list', '--json')).stdout.trim().split('\n');
    expect(JSON.parse(queue!)).toMatchObject({
      name: 'mail',
      concurrency: 2,
      rateLimit: { limit: 100, per: 1000 },
    });
    expect(JSON.parse(queue!)).not.toHaveProperty('pausedAt');
  });

  test('get other limits, and lose them', async () => {
    const args = [
      '--concurrency',
      '9',
      '--worker-concurrency',
      '3',
      '--rate',
      '50/m',
      '--weight',
      'acme=3',
      '--weight',
      'zoo=0.5',
    ];
    const set = await run(
      'queues',
      'set',
      'bulk',
      ...args,
      '--partition-concurrency',
      '2',
      '--partition-rate',
      '5/1h',
      '--json',
    );
    expect(JSON.parse(set.stdout)).toMatchObject({
      name: 'bulk',
      concurrency: 9,
      workerConcurrency: 3,
      rateLimit: { limit: 50, per: 60_000 },
      partition: { concurrency: 2, rateLimit: { limit: 5, per: 3_600_000 }, weights: { acme: 3, zoo: 0.5 } },
    });
    const taken = await run(
      'queues',
      'set',
      'bulk',
      '--concurrency',
      'none',
      '--rate',
      'none',
      '--parked-hold-slots',
      'yes',
    );
    expect(taken.stdout).toMatchInlineSnapshot(`""`);
    expect(await run('queues', 'delete', 'bulk')).toMatchObject({ code: 0, stderr: '✓ bulk deleted\n' });
  });

  test('refuse what is no limit, and what contradicts itself', async () => {
    expect(await run('queues', 'set', 'mail')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--rate 100/1m'),
    });
    expect(await run('queues', 'set', 'mail', '--rate', 'fast')).toMatchObject({ code: 2 });
    expect(
      await run('queues', 'set', 'mail', '--concurrency', '1', '--worker-concurrency', '5'),
    ).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('more than its concurrency'),
    });
  });

  test('of which one is unknown do the rest, and say where to look', async () => {
    expect(await run('queues', 'pause', 'none', 'mail')).toMatchInlineSnapshot(`
      {
        "code": 1,
        "stderr": "✗ There is no queue "none". See app.queues.list().  QUEUE_NOT_FOUND
        \`holdfast queues list\` shows all queues.
      ✓ mail paused
      ",
        "stdout": "",
      }
    `);
    expect((await run('queues', 'resume', 'mail', '--json')).stdout).toBe('{"name":"mail","done":true}\n');
  });
});

describe('holdfast schedules', () => {
  test('are listed, paused and resumed', async () => {
    expect(await run('schedules', 'pause', 'nightly digest')).toMatchObject({ code: 0 });
    const { stdout } = await run('schedules', 'list');
    expect(stdout.split('\n')[1]).toMatch(
      /^nightly digest {2}0 3 \* \* \* {2}Europe\/Berlin {2}digest .*(now|ago)$/,
    );
    expect(await run('schedules', 'resume', 'nightly digest')).toMatchObject({
      stderr: '✓ nightly digest goes on\n',
    });
    const json = JSON.parse((await run('schedules', 'list', '--json')).stdout) as object;
    expect(json).toMatchObject({
      name: 'nightly digest',
      cron: '0 3 * * *',
      args: [],
      nextAt: expect.stringMatching(/Z$/),
    });
    expect(json).not.toHaveProperty('pausedAt');
    expect(await run('schedules', 'pause', 'none')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('`holdfast schedules list`'),
    });
  });

  test('start runs now, and those of a stretch of the past once', async () => {
    const { stdout: id } = await run('schedules', 'trigger', 'nightly digest');
    expect((await run('runs', 'show', id.trim())).code).toBe(0);
    const stretch = [
      'schedules',
      'backfill',
      'nightly digest',
      '--from',
      '2024-01-01',
      '--to',
      '2024-01-03T00:00:00Z',
    ];
    const first = await run(...stretch);
    expect(first).toEqual({
      code: 0,
      stdout:
        'schedule nightly digest 2024-01-01T02:00:00.000Z\nschedule nightly digest 2024-01-02T02:00:00.000Z\n',
      stderr: '2 ticks.\n',
    });
    expect(await run(...stretch)).toEqual(first);
    expect(
      (await run('runs', 'list', '--schedule', 'nightly digest', '--json')).stdout.trim().split('\n'),
    ).toHaveLength(3);
    expect(await run('schedules', 'backfill', 'nightly digest')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--from'),
    });
  });
});

describe('holdfast send', () => {
  test('sends JSON, a text, or what comes from a pipe; with a key only once', async () => {
    await home.shop.begin('approve', [], { id: 'asks' });
    await inProcess(['send', 'asks', 'other'], { url: home.url, input: '{"n":[1,2]}' });
    for (const _ of ['once', 'again']) await run('send', 'asks', 'other', '"yes"', '--key', 'k');
    const { stdout } = await run('runs', 'show', 'asks', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ unreceived: [{ channel: 'other', messages: 2 }] });
    expect(await run('send', 'asks', 'approval', '--text', 'no {json}')).toMatchObject({
      code: 0,
      stderr: '✓ sent to asks on approval\n',
    });
    await home.shop.start('approve', [], { id: 'asks' });
    expect(JSON.parse((await run('runs', 'show', 'asks', '--json')).stdout)).toMatchObject({
      output: 'no {json}',
    });
  });

  test('refuses what is not JSON, and who is not there', async () => {
    expect(await run('send', 'asks', 'approval', 'yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--text'),
    });
    expect(await run('send', 'nobody', 'approval', '1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('RUN_NOT_FOUND'),
    });
  });
});

test('holdfast executors lists those who execute runs', async () => {
  const list = await run('executors', '--json');
  expect(JSON.parse(list.stdout)).toMatchObject({
    pid: home.shop.pid,
    standing: 'alive',
    workflows: expect.arrayContaining([{ workflow: 'checkout', version: '1' }]),
  });
  expect((await run('executors')).stdout).toMatch(/EXECUTOR +STANDING +RUNS/);
});
