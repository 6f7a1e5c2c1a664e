import { engineOf } from '@holdfast/core/internal';
import { describe, expect, test } from 'vitest';
import { EventReader } from './support/event-reader.js';
import { expectProblem } from './support/problems.js';
import { type Shop, startedId, withShop } from './support/shop.js';

const SSE = { accept: 'text/event-stream' };

/** A run of `tell`, and what makes it go on. */
async function telling({ post, app, go }: Shop) {
  const id = await startedId(await post('/workflows/tell/runs'));
  return { id, tell: (n: number | null) => app.channel(go).send(id, n) };
}

describe('streams', () => {
  test('are followed as they are written, each value with its position, to the end', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      const reader = new EventReader(await shop.get(`/runs/${id}/streams/tokens`, SSE));
      expect(reader.response.headers.get('content-type')).toBe('text/event-stream');
      expect(reader.response.headers.get('cache-control')).toBe('no-store');
      for (const n of [0, 1, 2]) {
        await tell(n);
        expect(await reader.next()).toEqual({ id: String(n), event: undefined, data: `"token ${n}"` });
      }
      await tell(null);
      expect(await reader.rest()).toEqual([{ id: 'end', event: 'end', data: 'null' }]);
      expect(reader.retryMs).toBe(1000);
    }));

  test('go on after the last value that a reader has', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      for (const n of [0, 1, 2, 3]) await tell(n);
      const first = new EventReader(await shop.get(`/runs/${id}/streams/tokens`, SSE));
      expect((await first.next())?.id).toBe('0');
      expect((await first.next())?.id).toBe('1');
      await first.leave();
      const again = await shop.get(`/runs/${id}/streams/tokens?from=0`, { ...SSE, 'last-event-id': '1' });
      await tell(null);
      const rest = await new EventReader(again).rest();
      expect(rest.map(({ id }) => id)).toEqual(['2', '3', 'end']);
    }));

  test('that were read to the end are not followed again', () =>
    withShop(async (shop) => {
      const { id } = await telling(shop);
      const response = await shop.get(`/runs/${id}/streams/tokens`, { ...SSE, 'last-event-id': 'end' });
      expect(response.status).toBe(204);
    }));

  test('come whole, however many values they have', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      for (let n = 0; n < 250; n++) await shop.app.stream(shop.tokens).write(id, `token ${n}`);
      await tell(null);
      await shop.app.handle(id).result();
      const all = await new EventReader(await shop.get(`/runs/${id}/streams/tokens`, SSE)).rest();
      expect(all.map(({ id }) => id)).toEqual([...Array.from({ length: 250 }, (_, n) => `${n}`), 'end']);
    }));

  test('are read a part at a time, too, and waited for', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      const part = async (query: string) => (await shop.get(`/runs/${id}/streams/tokens${query}`)).json();
      expect(await part('')).toEqual({ entries: [], isLast: false });
      const waiting = part('?wait=20s');
      await tell(0);
      expect(await waiting).toEqual({ entries: [{ position: 0, value: 'token 0' }], isLast: false });
      await tell(null);
      expect(await part('?from=1&wait=20s')).toEqual({ entries: [], isLast: true });
    }));

  test.each(['-1', '1.5', 'x', '9007199254740992'])('are not read from "%s"', (from) =>
    withShop(async (shop) => {
      const { id } = await telling(shop);
      await expectProblem(await shop.get(`/runs/${id}/streams/tokens?from=${from}`), 400, 'INVALID_OPTION');
      const headers = { ...SSE, 'last-event-id': from };
      await expectProblem(await shop.get(`/runs/${id}/streams/tokens`, headers), 400, 'INVALID_OPTION');
    }),
  );

  test('that are not named are not there', () =>
    withShop(async (shop) => {
      const { id } = await telling(shop);
      await expectProblem(await shop.get(`/runs/${id}/streams/secrets`, SSE), 404, 'NOT_FOUND');
    }));
});

describe('events', () => {
  test('are followed as they are set, until the run ends', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      const reader = new EventReader(await shop.get(`/runs/${id}/events/progress`, SSE));
      for (const n of [10, 20]) {
        await tell(n);
        expect((await reader.next())?.data).toBe(String(n));
      }
      await tell(null);
      expect((await reader.rest()).map(({ event }) => event)).toEqual(['end']);
    }));

  test('are not told again to a reader who knows their value', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      await tell(10);
      const follow = async (headers: Record<string, string> = {}) =>
        new EventReader(await shop.get(`/runs/${id}/events/progress`, { ...SSE, ...headers }));
      const first = await follow();
      const known = (await first.next())!;
      await first.leave();
      const again = await follow({ 'last-event-id': known.id! });
      await tell(20);
      expect((await again.next())?.data).toBe('20');
      await again.leave();
      await tell(null);
      await shop.app.handle(id).result();
      expect((await (await follow()).rest()).map(({ data }) => data)).toEqual(['20', 'null']);
    }));

  test('are read as they are, and waited for until they are set', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      expect((await shop.get(`/runs/${id}/events/progress`)).status).toBe(204);
      const waiting = shop.get(`/runs/${id}/events/progress?wait=20s`);
      await tell(10);
      expect(await (await waiting).json()).toEqual({ value: 10 });
    }));

  test('that a run has never set do not come when it has ended', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      await tell(null);
      await shop.app.handle(id).result();
      await expectProblem(await shop.get(`/runs/${id}/events/progress`), 409, 'RUN_FINISHED');
      const all = await new EventReader(await shop.get(`/runs/${id}/events/progress`, SSE)).rest();
      expect(all.map(({ event }) => event)).toEqual(['end']);
    }));
});

describe('whoever follows', () => {
  /** How many wait for something of a run within the engine. */
  function watchers({ app }: Shop): number {
    const { post } = engineOf(app);
    return post.streams.size + post.events.size;
  }

  test('leaves nothing behind when he leaves, whether he reads or not', () =>
    withShop(async (shop) => {
      const { id } = await telling(shop);
      for (const path of [`/runs/${id}/streams/tokens`, `/runs/${id}/events/progress`]) {
        const reader = new EventReader(await shop.get(path, SSE));
        await reader.pull();
        const reading = reader.next();
        await expect.poll(() => watchers(shop)).toBe(1);
        await reader.leave();
        expect(await reading).toBeUndefined();
        await expect.poll(() => watchers(shop)).toBe(0);
        expect(shop.handler.open).toBe(0);

        const controller = new AbortController();
        const unread = await shop.get(path, SSE, controller.signal);
        expect(shop.handler.open).toBe(1);
        controller.abort();
        await unread.body!.cancel();
        expect(shop.handler.open).toBe(0);
      }
    }));

  test('whose connection is gone is let go, although nobody reads to the end', () =>
    withShop(async (shop) => {
      const { id } = await telling(shop);
      const controller = new AbortController();
      const reader = new EventReader(await shop.get(`/runs/${id}/streams/tokens`, SSE, controller.signal));
      await reader.pull();
      const reading = reader.next();
      await expect.poll(() => watchers(shop)).toBe(1);
      controller.abort();
      await expect.poll(() => watchers(shop)).toBe(0);
      expect(await reading).toBeUndefined();
    }));

  test('is told of the end of the server by the end of the answer, and goes on elsewhere', () =>
    withShop(async (shop) => {
      const { id, tell } = await telling(shop);
      await tell(0);
      const reader = new EventReader(await shop.get(`/runs/${id}/streams/tokens`, SSE));
      expect((await reader.next())?.id).toBe('0');
      const rest = reader.rest();
      await shop.handler.close();
      expect(await rest).toEqual([]);
      expect(watchers(shop)).toBe(0);
    }));

  test('but does not read does not keep the server from closing', () =>
    withShop(async (shop) => {
      const { id } = await telling(shop);
      const unread = await shop.get(`/runs/${id}/streams/tokens`, SSE);
      await shop.handler.close();
      await unread.body!.cancel();
    }));

  test('hears a sign of life now and then', () =>
    withShop(
      async (shop) => {
        const { id } = await telling(shop);
        const reader = new EventReader(await shop.get(`/runs/${id}/streams/tokens`, SSE));
        while (reader.comments < 3) await reader.pull();
        await reader.leave();
      },
      { heartbeat: '10ms' },
    ));

  test('a run that is deleted meanwhile hears that there is nothing more', () =>
    withShop(
      async (shop) => {
        const { id } = await telling(shop);
        const reader = new EventReader(await shop.get(`/runs/${id}/streams/tokens`, SSE));
        const rest = reader.rest();
        await shop.app.runs.cancel(id);
        await shop.app.runs.delete(id);
        expect((await rest).map(({ event }) => event)).toEqual(['end']);
      },
      { heartbeat: '10ms' },
    ));
});
