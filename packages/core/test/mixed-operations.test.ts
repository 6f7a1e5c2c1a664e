import { describe, expect, test } from 'vitest';
import { channel, currentRun, event, now, random, sleep, step, stream, uuid } from '../src/index.js';
import { journalOf } from './support/bench.js';
import { shop } from './support/shop.js';
import { forever, gate } from './support/signals.js';

const letters = channel<string>('letters');
const progress = event<string>('progress');
const tokens = stream<string>('tokens');

describe('operations of every kind, side by side', () => {
  test('replay to what they gave, in the order in which they gave it, and are not done again', async () => {
    const { workflow, launch, kill, tx, database } = await shop('here');
    const effects: string[] = [];
    const seen: unknown[][] = [];
    const done = gate();
    const effect = (name: string): string => `${name} ${effects.push(name)}`;
    const child = workflow('child', async (n: number) => step.run('in child', () => effect(`child ${n}`)));
    const failing = workflow('failing', async () => {
      throw new Error(effect('failing child'));
    });
    const flow = workflow('flow', async () => {
      const { epoch } = currentRun()!;
      const log: unknown[] = [];
      seen.push(log);
      const watch = async (what: string, call: Promise<unknown>): Promise<void> => {
        const [outcome] = await Promise.allSettled([call]);
        log.push([what, outcome, now(), uuid(), random()]);
      };
      let attempts = 0;
      const handle = await app.start(child, [0]);
      await Promise.allSettled([
        watch(
          'step',
          step.run('step', () => effect('step')),
        ),
        watch(
          'failing step',
          step.run('bad', () => Promise.reject(new Error(effect('bad')))),
        ),
        watch(
          'retried step',
          step.run(
            'retried',
            () => {
              if (++attempts < 3) throw new Error('busy');
              return effect('retried');
            },
            { retry: { attempts: 3, initial: 1 } },
          ),
        ),
        watch(
          'once',
          step.run('once', () => effect('once'), { effect: 'at-most-once' }),
        ),
        watch('short sleep', sleep(1)),
        watch('longer sleep', sleep(5)),
        watch(
          'transaction',
          tx.run('tx', (t) => t.insert(effect('tx'))),
        ),
        watch(
          'failing transaction',
          tx.run('bad tx', () => Promise.reject(new Error(effect('bad tx')))),
        ),
        watch(
          'reading',
          tx.run('read', () => effect('read'), { readOnly: true }),
        ),
        watch('child', child(1)),
        watch('failing child', failing()),
        watch('result', handle.result()),
        watch('send', letters.send('p', 'to myself')),
        watch('send in vain', letters.send('nobody', 'x')),
        watch('receive', letters.receive()),
        watch('receive in vain', letters.receive({ timeout: 3 })),
        watch('set', progress.set('half')),
        watch('get', progress.get('p')),
        watch('get in vain', progress.get('nobody')),
        watch('write', tokens.write('a')),
        watch('read', tokens.read('p').next()),
        watch(
          'start',
          app.start(child, [2]).then(({ id }) => id),
        ),
      ]);
      await step.run('end', () => {
        done.open();
        return epoch === 1 ? forever() : undefined;
      });
    });
    let app = await launch();
    const { id } = await app.start(flow, [], { id: 'p' });
    await done.opened;
    for (const { kind, childId } of await app.runs.steps(id)) {
      if (kind === 'start') await app.handle(childId!).result();
    }
    const before = [...effects];
    const journal = await journalOf(app, id);
    await kill(app);
    app = await launch();
    await app.handle(id).result();
    expect(seen.length).toBe(2);
    expect(seen[0]!.length).toBe(22);
    expect(seen[1]).toEqual(seen[0]);
    expect(effects).toEqual(before);
    expect(database.rows.length).toBe(1);
    expect((await journalOf(app, id)).slice(0, journal.length)).toEqual(journal);
  });
});
