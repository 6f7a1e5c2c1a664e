import { number } from '../cells.js';
import { statement } from '../statement.js';

/** The server's version as a number: 150018 is 15.18. */
export const readServerVersion = statement<[], number>(
  'read_server_version',
  () => `select current_setting('server_version_num')::int as server_version`,
  (row) => number(row['server_version']),
);
