// A process with an executor: node attendee.ts url schema id
import { postgres } from '../../src/index.js';

const [url, schema, id] = process.argv.slice(2) as [string, string, string];
const store = postgres(url, { schema });
await store.open();
await store.register({ id, host: 'here', pid: process.pid }, 600_000);
await store.attend(id, {
  signal: () => undefined,
  peerLost: () => undefined,
  missedSignals: () => undefined,
});
await store.announce([{ kind: 'peers' }]);
process.send!('attends');
