import { beforeAll, describe, expect, test } from 'vitest';
import { shopHome } from './support/database.js';
import { holdfast, onTerminal } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';
import { masked } from './support/masked.js';

const home = shopHome();

beforeAll(async () => {
  await home.shop.start('checkout', [{ id: 'order-42' }], { id: 'order-42', tags: { customer: 42 } });
  await home.shop.start('refuse', [{ id: 'order-43' }], { id: 'order-43' });
  await home.shop.start('mail', ['ada'], {
    id: 'größe-日本語-🎉',
    queue: 'mail',
    partitionKey: 'acme',
    priority: 3,
  });
});

async function ids(...args: string[]): Promise<string[]> {
  const { code, stdout, stderr } = await inProcess(['runs', 'list', '--json', ...args], { url: home.url });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { id: string }).id]));
}

describe('holdfast runs list', () => {
  test('shows a person a table, the newest first', async () => {
    const { code, stdout } = await holdfast(['runs', 'list'], { url: home.url });
    expect(code).toBe(0);
    expect(masked(stdout)).toMatchInlineSnapshot(`
      "ID  WORKFLOW  STATE  CREATED  TOOK  QUEUE  PARENT  TAGS
      größe-日本語-🎉  mail  succeeded <time> <time>  mail
      order-43  refuse  failed <time> <time>
      order-42.4  ship  succeeded <time> <time>  order-42
      order-42  checkout  succeeded <time> <time>  customer=42
      "
    `);
  });

  test('on a narrow terminal leaves out what matters less, and cuts no id', async () => {
    const terminal = onTerminal(['runs', 'list'], { url: home.url, columns: 62 });
    expect(await terminal.ended).toBe(0);
    expect(masked(terminal.text())).toMatchInlineSnapshot(`
      "ID  WORKFLOW  STATE  CREATED  TOOK  QUEUE
      größe-日本語-🎉  mail  succeeded <time> <time>  mail
      order-43  refuse  failed <time> <time>
      order-42.4  ship  succeeded <time> <time>
      order-42  checkout  succeeded <time> <time>
      "
    `);
  });

  test('has colours on a terminal only, and none with NO_COLOR or --no-color', async () => {
    const coloured = onTerminal(['runs', 'list'], { url: home.url });
    const plain = onTerminal(['runs', 'list'], { url: home.url, env: { NO_COLOR: '1' } });
    const refused = onTerminal(['runs', 'list', '--no-color'], { url: home.url });
    await Promise.all([coloured.ended, plain.ended, refused.ended]);
    const colour = '\u001b[3';
    expect(coloured.text()).toContain(`${colour}1mfailed`);
    expect(plain.text()).toContain('failed');
    expect(plain.text()).not.toContain(colour);
    expect(refused.text()).not.toContain(colour);
    expect((await holdfast(['runs', 'list'], { url: home.url, env: { CI: 'true' } })).stdout).not.toContain(
      '\u001b',
    );
  });

  test('finds runs by each of its filters', async () => {
    const all = ['größe-日本語-🎉', 'order-43', 'order-42.4', 'order-42'];
    expect(await ids()).toEqual(all);
    expect(await ids('--order', 'oldest')).toEqual([...all].reverse());
    expect(await ids('--limit', '1')).toEqual(all.slice(0, 1));
    expect(await ids('--workflow', 'refuse', '--workflow', 'ship')).toEqual(['order-43', 'order-42.4']);
    expect(await ids('--state', 'failed,cancelled')).toEqual(['order-43']);
    expect(await ids('--id', 'order-42', '--id', 'nothing')).toEqual(['order-42']);
    expect(await ids('--id-prefix', 'order-42')).toEqual(['order-42.4', 'order-42']);
    expect(await ids('--version', '2')).toEqual([]);
    expect(await ids('--queue', 'mail', '--partition-key', 'acme')).toEqual(['größe-日本語-🎉']);
    expect(await ids('--queued')).toEqual([]);
    expect(await ids('--deduplication-key', 'none')).toEqual([]);
    expect(await ids('--tag', 'customer=42')).toEqual(['order-42']);
    expect(await ids('--tag', 'customer="42"')).toEqual([]);
    expect(await ids('--executor', 'nobody')).toEqual([]);
    expect(await ids('--parent', 'order-42')).toEqual(['order-42.4']);
    expect(await ids('--has-parent', 'yes')).toEqual(['order-42.4']);
    expect(await ids('--forked-from', 'order-42')).toEqual([]);
    expect(await ids('--is-fork', 'no')).toEqual(all);
    expect(await ids('--schedule', 'nightly digest')).toEqual([]);
    expect(await ids('--created-after', '1h', '--created-before', '2100-01-01')).toEqual(all);
    expect(await ids('--started-after', '2100-01-01T00:00:00Z', '--started-before', '2100-01-02')).toEqual(
      [],
    );
    expect(await ids('--completed-before', '1h', '--completed-after', '2h')).toEqual([]);
  });

  test('writes a line of JSON for each run, with payloads if they are wanted', async () => {
    const { stdout } = await holdfast(['runs', 'list', '--json', '--payloads', '--id', 'order-42'], {
      url: home.url,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      id: 'order-42',
      workflow: 'checkout',
      state: 'succeeded',
      tags: { customer: 42 },
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      input: [{ id: 'order-42' }],
      output: { order: 'order-42', paid: 'pay-order-42', at: '1970-01-01T00:00:00.000Z' },
    });
  });

  test('says what to do when there is nothing to be shown', async () => {
    const { code, stdout, stderr } = await inProcess(['runs', 'list', '--workflow', 'none'], {
      url: home.url,
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '',
      stderr: 'No run matches. `holdfast runs list` shows all.\n',
    });
  });

  test('says that there are more than it shows', async () => {
    const { stderr } = await inProcess(['runs', 'list', '--limit', '2'], { url: home.url });
    expect(stderr).toContain('The 2 newest are shown. --limit 200 or --all shows more.');
  });

  test('refuses what cannot be, and says what can', async () => {
    const refused = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await inProcess(['runs', 'list', ...args], { url: home.url });
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refused('--state', 'broken')).toContain('pending, running');
    expect(await refused('--created-after', 'yesterday')).toContain('30m, 2h, 3 days');
    expect(await refused('--has-parent', 'maybe')).toContain('yes or no');
    expect(await refused('--tag', 'customer')).toContain('customer=42');
    expect(await refused('--limit', '0')).toContain('a whole number from 1');
    expect(await refused('--limt', '3')).toContain('Did you mean --limit?');
  });
});
