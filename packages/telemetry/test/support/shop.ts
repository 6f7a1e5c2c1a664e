import { step, workflow } from '@holdfast/core';

/** Tells the test that starts this process how far a run has come, and waits for ever where it is to be killed. */
export const pay = step('pay', (order: string) => `paid ${order}`);

const pack = step('pack', async (order: string) => {
  process.send?.({ packing: order });
  if (process.argv.includes('--hangs')) await new Promise(() => {});
  return `packed ${order}`;
});

export const fulfil = workflow('fulfil', async (order: string) => {
  await pay(order);
  return pack(order);
});
