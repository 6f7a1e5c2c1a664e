import { createRegistry, queue } from '@holdfast/core';
import { expect, test } from 'vitest';
import { postgres } from '../src/index.js';
import { postgresHome } from './support/homes.js';

test('a queue that one process read is changed by another whose sessions have another time zone', async () => {
  const home = await postgresHome();
  const east = new URL(home.url);
  east.searchParams.set('options', '-c TimeZone=Asia/Tokyo');
  const [here, there] = [await home.another(), postgres(east.href, { schema: home.schema })];
  await there.open();
  try {
    await here.queues.define([queue('mail', { registry: createRegistry(), concurrency: 1 })]);
    const { limits, revision } = (await here.queues.find('mail'))!;
    expect(await there.queues.save('mail', { ...limits, concurrency: 3 }, revision)).toBe(true);
    const read = (await there.queues.find('mail'))!;
    expect(await here.queues.save('mail', read.limits, read.revision)).toBe(true);
    expect(await there.queues.save('mail', read.limits, read.revision)).toBe(false);
  } finally {
    await there.close();
    await home.dispose();
  }
});
