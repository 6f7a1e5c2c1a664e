import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { shopHome } from './support/database.js';
import { BIN, environment } from './support/holdfast.js';
import { inProcess } from './support/in-process.js';

const home = shopHome();

async function words(...typed: string[]): Promise<string[]> {
  const { stdout } = await inProcess(['complete', '--', ...typed], { url: home.url });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0]!]));
}

describe('completion', () => {
  test('knows commands, options, and what options can be', async () => {
    expect(await words('ru')).toEqual(['runs']);
    expect(await words('runs', 're')).toEqual(['resume', 'retry']);
    expect(await words('runs', 'list', '--id')).toEqual(['--id', '--id-prefix']);
    expect(await words('runs', 'list', '--state', 'p')).toEqual(['pending', 'paused']);
    expect(await words('runs', 'list', '--order', '')).toEqual(['newest', 'oldest']);
    expect(await words('runs', 'list', '--has-parent', '')).toEqual(['yes', 'no']);
    expect(await words('nothing', 'like', 'it')).toEqual([]);
  });

  test('knows the names of queues and schedules, and is silent where there is no database', async () => {
    expect(await words('queues', 'pause', '')).toContain('mail');
    expect(await words('schedules', 'trigger', 'nightly')).toEqual(['nightly digest']);
    const nowhere = 'postgres://nobody@127.0.0.1:1/x';
    const silent = await inProcess(['complete', '--', 'queues', 'pause', '--url', nowhere, '']);
    expect(silent).toMatchObject({ code: 0, stderr: '' });
  });

  test('works in bash', async () => {
    const { stdout: script } = await inProcess(['completion', 'bash']);
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-completion-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    symlinkSync(process.execPath, join(folder, 'node'));
    writeFileSync(join(folder, 'holdfast'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
    chmodSync(join(folder, 'holdfast'), 0o755);
    const bash = (...typed: string[]): string => {
      const typing = `COMP_WORDS=(holdfast ${typed.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${typed.length}`;
      const program = `${script}\n${typing}\n_holdfast\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
      const env = { ...environment({ url: home.url }), PATH: `${folder}:${process.env['PATH']}` };
      const { stdout, stderr } = spawnSync('bash', ['-c', program], { env, encoding: 'utf8' });
      return stdout + stderr;
    };
    expect(bash('runs', 'ca')).toBe('cancel\n');
    expect(bash('schedules', 'pause', '')).toBe('nightly\\ digest\n');
  });

  test('is there for zsh and fish too, and for no other shell', async () => {
    expect((await inProcess(['completion', 'zsh'])).stdout).toContain('compdef _holdfast holdfast');
    expect((await inProcess(['completion', 'fish'])).stdout).toContain('complete -c holdfast');
    expect(await inProcess(['completion', 'tcsh'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bash, zsh and fish'),
    });
  });
});
