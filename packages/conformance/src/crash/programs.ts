import { currentRun, now, random, sleep, step, uuid, type Workflow, workflow } from '@holdfast/core/internal';
import { controlPrograms } from './control-programs.js';
import type { Execution } from './ledger.js';
import { mailPrograms } from './mail-programs.js';
import { effectOf, type Means } from './means.js';
import { queuePrograms } from './queue-programs.js';
import { sagaPrograms } from './saga-programs.js';

function executionOf(name: string): Execution {
  const { id: run, epoch, step: body } = currentRun()!;
  const { seq, attempt } = body!;
  return { run, seq, epoch, attempt, name, pid: process.pid };
}

/** The steps that all programs are made of: each notes that it runs, takes its time, and gives a value of its own. */
function stepsOn({ orm, ledger, gate }: Means) {
  const begin = (label: string): string => {
    ledger.begin(executionOf(label));
    return `${currentRun()!.id}/${label}`;
  };
  const takeTime = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 12));
  const work = async (label: string): Promise<string> => {
    const value = begin(label);
    await takeTime();
    ledger.end(executionOf(label));
    return value;
  };
  const plain = step('plain', work);
  const effect = async (tx: unknown, label: string): Promise<string> => {
    const value = begin(label);
    const { id, step: body } = currentRun()!;
    await orm.insertItem(tx, effectOf(id, body!.seq));
    await takeTime();
    ledger.end(executionOf(label));
    return value;
  };
  const record = orm.steps('record', effect);
  const flaky = step(
    'flaky',
    async (label: string) => {
      const value = begin(label);
      const { attempt } = currentRun()!.step!;
      if (attempt < 3) throw new Error(`attempt ${attempt}`);
      return `${value} by ${attempt}`;
    },
    { retry: { attempts: 5, initial: 15, jitter: false } },
  );
  const flakyRecord = orm.steps(
    'flaky record',
    async (tx, label: string) => {
      const value = await effect(tx, label);
      const { attempt } = currentRun()!.step!;
      if (attempt < 2) throw new Error(`attempt ${attempt}`);
      return `${value} by ${attempt}`;
    },
    { retry: { attempts: 5, initial: 15, jitter: false } },
  );
  const failing = orm.steps('failing', async (tx, label: string) => {
    await effect(tx, label);
    throw Object.assign(new Error('out of stock'), { code: 'OUT_OF_STOCK' });
  });
  const held = step('held', async (label: string) => {
    const value = begin(label);
    await gate;
    return value;
  });
  const heldRecord = orm.steps('held record', async (tx, label: string) => {
    const value = await effect(tx, label);
    await gate;
    return value;
  });
  return { begin, work, plain, record, flaky, flakyRecord, failing, held, heldRecord, effect };
}

/** The workflows that crash and recover. Each returns what it saw, so that two executions can be compared. */
export function programs(means: Means): Readonly<Record<string, Workflow<[], unknown>>> {
  const { orm, registry, app } = means;
  const { begin, work, plain, record, flaky, flakyRecord, failing, held, heldRecord, effect } =
    stepsOn(means);
  const options = { registry };

  const line = workflow('line', options, async () => {
    const seen: string[] = [];
    for (let n = 0; n < 4; n++) seen.push(await plain(`p${n}`), await record(`t${n}`));
    return seen;
  });

  const chains = workflow('chains', options, async () => {
    const order: string[] = [];
    const chain = async (name: string, turn: number): Promise<string[]> => {
      const seen: string[] = [];
      for (let n = 0; n < 4; n++) {
        const value = await (n % 2 === turn ? record : plain)(`${name}${n}`);
        seen.push(value);
        order.push(`${name}${n}`);
      }
      return seen;
    };
    const seen = await Promise.all([chain('a', 0), chain('b', 1), chain('c', 0)]);
    return { seen, order };
  });

  const race = workflow('race', options, async () => {
    const quick = record('quick');
    const timer = sleep(8).then(() => 'timer');
    const winner = (await Promise.race([quick.then(() => 'quick'), timer])) as string;
    const after = await plain(`after ${winner}`);
    await Promise.all([quick, timer]);
    return { winner, after };
  });

  const leaf = workflow('leaf', options, async () => [await plain('p'), await record('t')]);
  const family = workflow('family', options, async () => {
    const [first, second, own] = await Promise.all([leaf(), leaf(), record('own')]);
    return { first, second, own, last: await leaf() };
  });

  const retries = workflow('retries', options, async () => {
    const [one, two] = await Promise.all([flaky('flaky'), flakyRecord('flaky record')]);
    const code = await failing('failing').catch((error: unknown) => (error as { code?: unknown }).code);
    return { one, two, code };
  });

  const sleeper = workflow('sleeper', options, async () => {
    const seen = [await plain('before')];
    await sleep(80);
    seen.push(await record('between'));
    await sleep(60);
    seen.push(await plain('after'));
    return seen;
  });

  const derived = workflow('derived', options, async () => {
    const seen: unknown[] = [uuid(), random(), now()];
    for (let n = 0; n < 3; n++) seen.push(await record(`t${n}`), uuid(), random(), now());
    return seen;
  });

  const order = orm.steps('order', async (tx, label: string) => {
    await effect(tx, label);
    return (
      await app()
        .within(tx)
        .start(leaf, [], { id: `${currentRun()!.id}>leaf` })
    ).id;
  });
  const shop = workflow('shop', options, async () => {
    const ordered = await order('order');
    return { ordered, leaf: await app().handle(ordered).result() };
  });

  const pausing = workflow('pausing', options, async () => {
    const seen = [await plain('before')];
    seen.push(...(await Promise.all([held('held'), heldRecord('held record')])));
    seen.push(await record('after'));
    return seen;
  });

  const mail = mailPrograms(means, plain);
  const control = controlPrograms(means, { begin, plain, record, leaf });
  const saga = sagaPrograms(means, { work, effect });
  const queued = queuePrograms(means, { plain, record });

  return {
    ...mail,
    ...control,
    ...saga,
    ...queued,
    line,
    chains,
    race,
    leaf,
    family,
    retries,
    sleeper,
    derived,
    shop,
    pausing,
  };
}

/** Those whose runs are started by the dozen while workers are killed. */
export const CRASHING = [
  'line',
  'chains',
  'race',
  'family',
  'retries',
  'sleeper',
  'derived',
  'friends',
  'limits',
  'saga',
  'queued',
  'queued parent',
];
/** Those that need the rows to be in the store's database. */
export const CRASHING_HERE = ['shop'];
