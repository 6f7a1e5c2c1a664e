import { expect, test } from 'vitest';
import * as index from '../src/index.js';

test('what the package gives at run time', () => {
  expect(Object.keys(index).sort()).toMatchInlineSnapshot(`
    [
      "kafkaConsumer",
      "kafkaProducer",
      "producedBy",
    ]
  `);
});
