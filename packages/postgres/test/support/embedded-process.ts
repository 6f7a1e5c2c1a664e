import type { ChildProcess } from 'node:child_process';
import { ending, nextMessage, spawnSupport } from './child.js';

export type Command = 'start' | 'release' | 'find';
export type Report =
  | { did: 'begin' | 'release' }
  | { did: 'start'; url: string }
  | { did: 'find'; folder: string }
  | { did: 'fail'; reason: string };

/** Another process of a project, to be told what to do. */
export class EmbeddedProcess {
  readonly child: ChildProcess;

  private constructor(dir: string, cwd?: string) {
    this.child = spawnSupport('embedded-user.ts', [dir], cwd);
  }

  static async begin(dir: string, cwd?: string): Promise<EmbeddedProcess> {
    const made = new EmbeddedProcess(dir, cwd);
    await made.next('begin');
    return made;
  }

  /** Starts using the database. Resolves with its url. */
  async start(): Promise<string> {
    return (await this.tell('start')).url;
  }

  async release(): Promise<void> {
    await this.tell('release');
  }

  async findBinaries(): Promise<string> {
    return (await this.tell('find')).folder;
  }

  /** Ends it as `kill -9` does, and waits until it is gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = ending(this.child);
    this.child.kill('SIGKILL');
    await ended;
  }

  private async tell<C extends Command>(command: C): Promise<Extract<Report, { did: C }>> {
    const answer = this.next(command);
    this.child.send(command);
    return answer;
  }

  private async next<D extends Report['did']>(did: D): Promise<Extract<Report, { did: D }>> {
    const report = await nextMessage<Report>(this.child);
    if (report.did === did) return report as Extract<Report, { did: D }>;
    throw new Error(report.did === 'fail' ? report.reason : `expected "${did}", got "${report.did}"`);
  }
}
