import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const PACKAGE = join(import.meta.dirname, '..');

test('the program of the README runs as it stands', () => {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(PACKAGE, 'README.md'), 'utf8'))!;
  // Without its only type, it is a program for Node.
  const plain = program!.replace('name: string', 'name').replace('name: string', 'name');
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', plain], { cwd: PACKAGE });
  expect(output.toString()).toBe('hello, world\n');
});
