import type { StoreEntry } from '@holdfast/core/internal';
import { expect } from 'vitest';
import type { Bench } from './bench.js';
import { attempt, fail, type Held, outcome, park, release, succeed } from './entries.js';
import { subject } from './subject.js';

/** Every write that is conditional on the run's epoch and on its running state. */
const WRITES: Readonly<Record<string, (run: Held) => StoreEntry>> = {
  'an outcome': outcome,
  'an attempt': (run) => attempt(run, 1),
  'an end': succeed,
  'a failure': fail,
  parking: (run) => park(run),
  'giving back': release,
};

interface Loss {
  /** Completes "… is lost after": the run is not in the hands of who writes. */
  readonly after: string;
  /** Brings it about, and says what whoever writes knows of the run. */
  bring(bench: Bench): Promise<Held>;
  /** Writes that are answered otherwise: they are what was written already. */
  readonly except: readonly string[];
}

const LOSSES: readonly Loss[] = [
  {
    after: 'another executor claimed the run',
    except: [],
    bring: async (bench) => {
      const run = await bench.begin();
      await bench.writeAll([outcome(run, { seq: 7 }), release(run)]);
      await bench.claimOne(await bench.executor());
      return run;
    },
  },
  {
    after: 'the same executor claimed the run again',
    except: [],
    bring: async (bench) => {
      const run = await bench.begin();
      await bench.writeAll([release(run)]);
      await bench.claimOne(run.executorId!);
      return run;
    },
  },
  ...Object.entries<(run: Held) => StoreEntry>({
    ended: succeed,
    parked: (run) => park(run),
    'gave back': release,
  }).map(
    ([did, write]): Loss => ({
      after: `another executor ${did} the run`,
      except: [],
      bring: async (bench) => {
        const run = await bench.begin();
        await bench.writeAll([release(run)]);
        await bench.writeAll([write(await bench.claimOne(await bench.executor()))]);
        return run;
      },
    }),
  ),
  {
    after: 'nothing, by an epoch that has not come yet',
    except: [],
    bring: async (bench) => ({ ...(await bench.begin()), epoch: 2 }),
  },
  {
    after: 'the run was never there',
    except: [],
    bring: async (bench) => ({ id: bench.id('missing'), epoch: 1 }),
  },
  {
    after: 'the run was only queued',
    except: ['giving back'],
    bring: async (bench) => ({ id: (await bench.queue(1))[0]!.id, epoch: 0 }),
  },
  {
    after: 'the run was parked',
    except: ['parking'],
    bring: async (bench) => {
      const run = await bench.begin();
      await bench.writeAll([park(run)]);
      return run;
    },
  },
  {
    after: 'the run was given back',
    except: ['giving back'],
    bring: async (bench) => {
      const run = await bench.begin();
      await bench.writeAll([release(run)]);
      return run;
    },
  },
  {
    after: 'the run succeeded',
    except: ['an end', 'a failure'],
    bring: async (bench) => {
      const run = await bench.begin();
      await bench.writeAll([succeed(run)]);
      return run;
    },
  },
  {
    after: 'the run failed',
    except: ['an end', 'a failure'],
    bring: async (bench) => {
      const run = await bench.begin();
      await bench.writeAll([fail(run)]);
      return run;
    },
  },
  {
    after: 'the run was cancelled',
    except: [],
    bring: async (bench) => {
      const run = await bench.begin();
      await bench.store.cancel([run.id]);
      return run;
    },
  },
];

export const fencing = subject('fencing', (test) => {
  for (const { after, bring, except } of LOSSES) {
    for (const [what, write] of Object.entries(WRITES)) {
      if (except.includes(what)) continue;
      test(`${what} is lost, and changes nothing, after ${after}`, async (bench) => {
        const run = await bring(bench);
        const before = await bench.inFull(run.id);
        expect(await bench.commit(write(run))).toEqual({ kind: 'lost' });
        expect(await bench.inFull(run.id)).toEqual(before);
      });
    }
  }
});
