import { driverState } from '../driver-state.js';

const DEADLOCK = '40P01';

/**
 * Sends a statement that is a transaction of its own, once more if need be: of two that wait for each other's rows the
 * server ends one, whole, and the other goes on.
 */
export async function despiteDeadlock<T>(send: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (driverState(error) !== DEADLOCK) throw error;
    }
  }
}
