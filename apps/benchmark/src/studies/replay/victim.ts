// A process that records the steps of a run, says so, and waits to be killed: `victim.ts URL ID STEPS`.
import { longRuns } from './long-run.js';

const [url, id, steps] = process.argv.slice(2);
const { app, long } = longRuns(url!, () => {
  process.send!('reached');
  return new Promise(() => {});
});
await app.launch();
await app.start(long, [Number(steps)], { id: id! });
