import { quoteIdentifier } from '../names.js';
import { nothing, statement } from '../statement.js';

/** Listens on the schema's channel. */
export const listenToChannel = statement<[], undefined>(
  'listen_to_channel',
  (s) => `listen ${quoteIdentifier(s.name)}`,
  nothing,
);
