import { setTimeout as delay } from 'node:timers/promises';
import { driverState } from '../driver-state.js';
import { backoffMs } from './pause.js';

const DEADLOCK = '40P01';

/**
 * The most times that a statement is sent. One that meets a deadlock each time meets something that is not over in a
 * moment: then the error goes to the caller, as one of those that may be tried again later.
 */
const MOST_TRIES = 5;

/**
 * Sends a statement that is a transaction of its own, again if need be: of two that wait for each other's rows the server
 * ends one, whole, and the other goes on. Not in step with others that gave way.
 */
export async function despiteDeadlock<T>(send: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await send();
    } catch (error) {
      if (driverState(error) !== DEADLOCK || tries === MOST_TRIES) throw error;
      await delay(backoffMs(tries - 1));
    }
  }
}
