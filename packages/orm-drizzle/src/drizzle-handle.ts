/**
 * Lends a transaction to a piece of work, and takes it back when that has ended. Drizzle itself would go on to run
 * statements on the connection, which is another transaction's by then: those of a step that outlived its timeout.
 */
export async function lend<Tx, T>(tx: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  let isOver = false;
  const handle = new Proxy(tx as object, {
    get(target, key, receiver) {
      if (isOver) throw new Error('This transaction has ended: its step has failed, or has timed out.');
      return Reflect.get(target, key, receiver) as unknown;
    },
  });
  try {
    return await work(handle as Tx);
  } finally {
    isOver = true;
  }
}
