import { RUN_STATES } from '@holdfast/core/internal';
import { expect, test } from 'vitest';
import { schemaNamed } from '../names.js';
import { listRuns } from './list.js';

/** The most parameters of a statement: their number is sent in two bytes. */
const MOST_PARAMETERS = 65_535;

test('A list with as many values as there may be of everything has no more parameters than a statement may have', () => {
  const values = Array.from({ length: 1000 }, (_, n) => `value ${n}`);
  const anyTime = { fromMs: null, toMs: null };
  const { values: parameters } = listRuns(schemaNamed('holdfast'), {
    criteria: {
      ids: null,
      idPrefixes: values,
      workflows: values,
      states: RUN_STATES,
      versions: values,
      executorIds: values,
      queues: values,
      partitionKeys: values,
      deduplicationKeys: values,
      parentIds: values,
      forkedFrom: values,
      schedules: values,
      tags: null,
      hasQueue: null,
      hasParent: null,
      isFork: null,
      created: anyTime,
      started: anyTime,
      completed: anyTime,
    },
    order: 'oldest',
    after: null,
    limit: 1000,
    withPayloads: false,
  });
  expect(parameters.length).toBeLessThan(MOST_PARAMETERS);
});
