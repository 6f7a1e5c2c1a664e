import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, vi } from 'vitest';
import { shopHome } from './support/database.js';
import { inProcess } from './support/in-process.js';
import { masked } from './support/masked.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

const home = shopHome();

beforeAll(async () => {
  await home.shop.start('checkout', [{ id: 'order-42' }], { id: 'order-42', tags: { customer: 42 } });
  await home.shop.start('refuse', [{ id: 'order-43' }], { id: 'order-43' });
  await home.shop.begin('approve', [], { id: 'order-44' });
  await home.shop.start('mail', ['ada'], { queue: 'mail', id: 'mail-1' });
  // It is in somebody's hands for a second before it is parked.
  await vi.waitFor(
    async () => {
      const { stdout } = await inProcess(['runs', 'list', '--json', '--id', 'order-44'], { url: home.url });
      expect(stdout).toContain('"waiting"');
    },
    { timeout: 20_000, interval: 200 },
  );
});

interface Example {
  readonly command: string;
  readonly shows: string;
}

function examplesIn(file: string): readonly Example[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const blocks = [...text.matchAll(/```console\n([\s\S]*?)```/g)].map(([, block]) => block!);
  return blocks.flatMap((block) =>
    block.split(/^\$ /m).flatMap((part) => {
      const [command, ...lines] = part.split('\n');
      return command === '' ? [] : [{ command: command!, shows: lines.join('\n') }];
    }),
  );
}

/** As a shell reads it: single quotes are all that the examples have. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

test.each(['packages/cli/README.md', 'docs/guides/cli.md'])(
  'the examples of %s show what they show',
  async (file) => {
    const examples = examplesIn(file);
    expect(examples).not.toEqual([]);
    for (const { command, shows } of examples) {
      const [name, ...args] = wordsOf(command);
      expect(name).toBe('holdfast');
      const { stdout, stderr } = await inProcess(args, { url: home.url });
      expect(`$ ${command}\n${masked(stdout + stderr)}`).toBe(`$ ${command}\n${masked(shows)}`);
    }
  },
);
