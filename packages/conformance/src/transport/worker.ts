import { createRegistry, Holdfast, type Store, type Workflow } from '@holdfast/core/internal';
import { openLedger } from '../crash/ledger.js';
import { type Delivery, MOST_AT_ONCE } from './delivery.js';
import type { FromWorker, Point, ToWorker, WorkerConfig } from './messages.js';
import { Passage } from './passage.js';
import { takeIn } from './program.js';
import { watchedStore } from './watched-store.js';

/** What a receiver is made with. */
export interface Receiving<Place> {
  /** Launched. */
  readonly app: Holdfast;
  /** What each delivery is to start, with the delivery as its argument. */
  readonly workflow: Workflow<[delivery: Delivery], string>;
  /** As the test's {@link Outside} says. */
  readonly place: Place;
  /** The store's database. */
  readonly url: string;
  /** So many deliveries at most may be in hands: taken in, and not started yet. */
  readonly mostAtOnce: number;
  /**
   * For transports that start runs past `app.start` and `app.startMany`, in a transaction of their own: to be called
   * with `'started'` between the commit and its acknowledgement to the outside.
   */
  pass(point: Point, deliveryId: string): void;
}

/** The transport at work. */
export interface Receiver {
  /** Where it listens, for the test's {@link Outside}. Plain JSON. */
  readonly address?: unknown;
  /** Takes in nothing more, and resolves when nothing of it is left open. Deliveries in hands may end or go back. */
  close(): Promise<void>;
}

/** What a transport's package gives to its worker. */
export interface TransportWorker<Place> {
  readonly postgres: (url: string) => Store;
  /** Begins to receive. */
  readonly receive: (receiving: Receiving<Place>) => Promise<Receiver>;
}

/**
 * A process that turns deliveries into runs until it is killed, or told to end. To be called by a file of the
 * transport's package, which is its main module.
 */
export async function runTransportWorker<Place>({
  postgres,
  receive,
}: TransportWorker<Place>): Promise<void> {
  const config = JSON.parse(process.argv[2]!) as WorkerConfig;
  const tell = (message: FromWorker): void => void process.send?.(message);
  const passage = new Passage(config, tell);
  const registry = createRegistry();
  const workflow = takeIn(registry, openLedger(config.ledger), passage);
  const store = watchedStore(postgres(config.url), passage, workflow.name);
  const app = new Holdfast({ store, registry, workflows: [workflow] });
  await app.launch();
  const receiver = await receive({
    app,
    workflow,
    place: config.place as Place,
    url: config.url,
    mostAtOnce: MOST_AT_ONCE,
    pass: (point, deliveryId) => passage.pass(point, deliveryId),
  });

  let isClosing = false;
  const close = async (): Promise<void> => {
    isClosing = true;
    const closed = receiver.close();
    tell({ kind: 'closing' });
    await closed;
    await app.shutdown();
    // Nothing else keeps it alive, or it has left something open.
    process.disconnect();
  };
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'open') passage.open();
    else void close();
  });
  // Whoever is left without a test has no purpose.
  process.on('disconnect', () => {
    if (!isClosing) process.exit();
  });
  tell({ kind: 'ready', address: receiver.address ?? null });
}
