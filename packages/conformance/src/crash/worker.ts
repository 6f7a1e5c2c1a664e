import { createRegistry, type Duration, Holdfast, type Store } from '@holdfast/core/internal';
import type { MakeOrm } from '../orm/orm.js';
import { openLedger } from './ledger.js';
import type { FromWorker, ToWorker, WorkerConfig } from './messages.js';
import { programs } from './programs.js';

/** What an ORM package gives to its crash worker. */
export interface CrashWorker<Tx> {
  readonly makeOrm: MakeOrm<Tx>;
  readonly postgres: (url: string) => Store;
}

/**
 * A process that launches an app with the crash suite's workflows and does as it is told until it is killed. To be
 * called by a file of the ORM package, which is its main module.
 */
export async function runCrashWorker<Tx>({ makeOrm, postgres }: CrashWorker<Tx>): Promise<void> {
  const { url, rowsUrl, ledger: file, lease } = JSON.parse(process.argv[2]!) as WorkerConfig;
  const registry = createRegistry();
  const orm = await (makeOrm as unknown as MakeOrm)({ url: rowsUrl, registry, poolSize: 10 });
  let open!: () => void;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const workflows = programs({ orm, registry, ledger: openLedger(file), app: () => app, gate });
  const app: Holdfast = new Holdfast({
    store: postgres(url),
    registry,
    workflows: Object.values(workflows),
    lease: lease as Duration,
    parkAfter: '20ms',
  });

  const tell = (message: FromWorker): void => void process.send!(message);
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'open') return open();
    const starts = message.runs.map(({ workflow, ...options }) =>
      app.start(workflows[workflow]!, [], options),
    );
    void Promise.all(starts).then(() => tell({ kind: 'started', order: message.order }));
  });
  // Whoever is left without a crew has no purpose.
  process.on('disconnect', () => process.exit());
  await app.launch();
  tell({ kind: 'ready' });
}
