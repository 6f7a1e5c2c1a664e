import { describe, expect, test } from 'vitest';
import { Bodies } from './bodies.js';

/** Whether none is being executed. */
async function areSettled(bodies: Bodies): Promise<boolean> {
  return Promise.race([
    bodies.settled().then(() => true),
    new Promise<false>((no) => setImmediate(no, false)),
  ]);
}

describe('the bodies of steps', () => {
  test('are being executed until what they gave has come out', async () => {
    const bodies = new Bodies();
    let end!: () => void;
    const given = bodies.enter(
      () =>
        new Promise<string>((resolve) => {
          end = () => resolve('done');
        }),
    );
    expect(await areSettled(bodies)).toBe(false);
    end();
    expect(await given).toBe('done');
    expect(await areSettled(bodies)).toBe(true);
  });

  test('are over if they give a value, throw, or give a promise that rejects', async () => {
    const bodies = new Bodies();
    expect(bodies.enter(() => 7)).toBe(7);
    expect(() =>
      bodies.enter(() => {
        throw new Error('at once');
      }),
    ).toThrow('at once');
    await expect(bodies.enter(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
    expect(await areSettled(bodies)).toBe(true);
  });

  test('that give a query have it executed once', async () => {
    const bodies = new Bodies();
    let executions = 0;
    const query = {
      // biome-ignore lint/suspicious/noThenProperty: what a query of an ORM looks like
      then(resolve: (rows: string[]) => void) {
        executions += 1;
        resolve(['row']);
      },
    };
    expect(await bodies.enter(() => query)).toEqual(['row']);
    expect(executions).toBe(1);
    expect(await areSettled(bodies)).toBe(true);
  });

  test('that give something whose then cannot be read are over', async () => {
    const bodies = new Bodies();
    const broken = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('no');
      },
    });
    expect(() => bodies.enter(() => broken)).toThrow('no');
    expect(await areSettled(bodies)).toBe(true);
  });
});
