// An app as a user writes one: started by the tests as a process of its own, on the database of DATABASE_URL.
import {
  channel,
  event,
  Holdfast,
  NonRetryableError,
  queue,
  schedule,
  sleep,
  step,
  stream,
  workflow,
} from '@holdfast/core';
import { postgres } from '@holdfast/postgres';

const once = { attempts: 3, initial: '10ms', jitter: false };
const progress = event('progress');
const log = stream('log');
const approval = channel('approval');
queue('mail', { concurrency: 2, rateLimit: { limit: 100, per: '1s' } });

let gateway = 0;
const charge = step(
  'charge card',
  async (order) => {
    gateway += 1;
    if (gateway % 2 === 1) throw new Error('the gateway is busy');
    return { id: `pay-${order.id}`, cents: 4200 };
  },
  { retry: once },
);

const ship = workflow('ship', async (order) => {
  await step.run('print label', () => `label of ${order.id}`);
  return 'shipped';
});

const checkout = workflow('checkout', async (order) => {
  const paid = await charge(order);
  await progress.set(50);
  await log.write(`charged ${order.id}`);
  await sleep('20ms');
  await ship(order);
  await progress.set(100);
  await log.write(`shipped ${order.id}`);
  await log.close();
  return { order: order.id, paid: paid.id, at: new Date(0) };
});

class CardDeclined extends NonRetryableError {}

const refuse = workflow('refuse', async (order) => {
  await step.run('charge card', () => {
    throw new CardDeclined(`card of ${order.id} was declined`);
  });
});

const survey = workflow('survey', async () => {
  await sleep('3 days');
});

const approve = workflow('approve', async () => {
  await progress.set('waiting for approval');
  const answer = await approval.receive();
  await log.write(answer);
  return answer;
});

const mail = workflow('mail', async (to) => `sent to ${to}`);
const slow = workflow('slow', async () => {
  await step.run('take long', () => new Promise((resolve) => setTimeout(resolve, 60_000)));
});
const digest = workflow('digest', async () => 'done');
schedule('nightly digest', '0 3 * * *', digest, { timeZone: 'Europe/Berlin' });

const app = new Holdfast({
  store: postgres(process.env.DATABASE_URL, { schema: process.env.SCHEMA ?? 'holdfast' }),
  workflows: [approve, checkout, digest, mail, refuse, ship, slow, survey],
});
const workflows = { approve, checkout, digest, mail, refuse, ship, slow, survey };
await app.launch();
process.on('message', async ({ call, name, args = [], options = {}, await: isAwaited = true }) => {
  if (call === 'stop') {
    await app.shutdown();
    process.disconnect();
    return;
  }
  const handle = await app.start(workflows[name], args, options);
  if (isAwaited) await handle.result().catch(() => undefined);
  process.send({ id: handle.id });
});
process.send({ id: 'launched' });
