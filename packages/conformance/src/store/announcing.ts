import type { Signal, StoreListener } from '@holdfast/core/internal';
import { expect } from 'vitest';
import { eventually } from './bench.js';
import { subject } from './subject.js';

class Ear implements StoreListener {
  readonly heard: Signal[] = [];
  missed = false;

  signal(signal: Signal): void {
    this.heard.push(signal);
  }

  peerLost(): void {}

  missedSignals(): void {
    this.missed = true;
  }

  /** The runs that it heard about in signals of a kind. */
  runs(kind: 'finished' | 'cancelled'): Set<string> {
    return new Set(this.heard.flatMap((signal) => (signal.kind === kind ? signal.runIds : [])));
  }
}

export const announcing = subject('announcing', (test) => {
  test('what is announced reaches whoever listens on another handle', async (bench) => {
    const other = await bench.another();
    const ear = new Ear();
    const attendance = await other.attend(await bench.executor(), ear);
    expect(attendance.hears).toBe(true);
    const [finished, cancelled] = [bench.id('run'), bench.id(`run-'"\\{}é🚀`)];
    await bench.store.announce([
      { kind: 'work' },
      { kind: 'finished', runIds: [finished] },
      { kind: 'cancelled', runIds: [cancelled, finished] },
      { kind: 'peers' },
    ]);
    await eventually('word of all that was announced', () => {
      const kinds = new Set(ear.heard.map(({ kind }) => kind));
      const isThere = ear.runs('finished').has(finished) && ear.runs('cancelled').has(cancelled);
      return (isThere && kinds.has('work') && kinds.has('peers')) || undefined;
    });
    expect(ear.runs('cancelled')).toEqual(new Set([cancelled, finished]));
    await attendance.close();
  });

  test('thousands of runs can be announced at once', async (bench) => {
    const other = await bench.another();
    const ear = new Ear();
    const attendance = await other.attend(await bench.executor(), ear);
    const runIds = Array.from({ length: 3000 }, () => bench.id('run'));
    await bench.store.announce([{ kind: 'finished', runIds }]);
    await eventually('word of every run, or that some was missed', () => {
      const heard = ear.runs('finished');
      return ear.missed || runIds.every((id) => heard.has(id)) || undefined;
    });
    await attendance.close();
  });

  test('everybody hears it', async (bench) => {
    const stores = [await bench.another(), await bench.another(), await bench.another()];
    const ears = stores.map(() => new Ear());
    const attendances = [];
    for (const [n, store] of stores.entries())
      attendances.push(await store.attend(await bench.executor(), ears[n]!));
    await bench.store.announce([{ kind: 'work' }]);
    for (const ear of ears)
      await eventually('word of work', () => ear.heard.some(({ kind }) => kind === 'work') || undefined);
    for (const attendance of attendances) await attendance.close();
  });

  test('who has left hears nothing any more', async (bench) => {
    const other = await bench.another();
    const [gone, there] = [new Ear(), new Ear()];
    const left = await other.attend(await bench.executor(), gone);
    await left.close();
    await left.close();
    const attendance = await other.attend(await bench.executor(), there);
    const runIds = [bench.id('run')];
    await bench.store.announce([{ kind: 'finished', runIds }]);
    await eventually('word of the run', () => there.runs('finished').has(runIds[0]!) || undefined);
    expect(gone.heard).toEqual([]);
    await attendance.close();
  });
});
