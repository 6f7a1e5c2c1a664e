import { expect, onTestFinished, test } from 'vitest';
import {
  Client,
  channel,
  createRegistry,
  event,
  Holdfast,
  memoryStore,
  stream,
  workflow,
} from '../src/index.js';

test('what a run shows and was sent is seen without knowing the names', async () => {
  const registry = createRegistry();
  const store = memoryStore();
  const progress = event<Date>('progress', { registry });
  const log = stream<string>('log', { registry });
  const letters = channel<string>('letters', { registry });
  const post = workflow('post', { registry }, async () => {
    await progress.set(new Date(0));
    await log.write('one');
    await log.close();
    await letters.receive();
    await letters.receive({ timeout: '1 day' });
    return 'done';
  });
  const app = new Holdfast({ store, registry, workflows: [post] });
  const client = new Client({ store, registry });
  await Promise.all([app.launch(), client.open()]);
  onTestFinished(async () => {
    await app.shutdown();
    await client.close();
  });
  await app.start(post, [], { id: 'post' });
  await client.event(progress).get('post');
  for await (const _ of client.stream(log).read('post'));
  await client.channel(channel('other')).send('post', 1);
  expect(await client.runs.mail('post')).toEqual({
    events: [{ name: 'progress', value: new Date(0) }],
    streams: [{ name: 'log', length: 1, isClosed: true }],
    unreceived: [{ channel: 'other', messages: 1 }],
  });
  await expect(client.runs.mail('')).rejects.toMatchObject({ code: 'INVALID_ID' });
});
