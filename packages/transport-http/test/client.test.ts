import { describe, expect, expectTypeOf, test } from 'vitest';
import { type AsJson, HttpClientError, httpClient, RunFailedError } from '../src/client.js';
import { type Between, serving } from './support/serving.js';
import type { Shop } from './support/shop.js';

type Handler = Shop['handler'];

const ORDER = { item: 'tea', quantity: 3 };

describe('the client', () => {
  test('starts a run, and waits for its result', () =>
    serving(async ({ url }) => {
      const run = await httpClient<Handler>(url).start('checkout', ORDER);
      expect(await run.result()).toEqual({
        paid: 30,
        at: '1970-01-01T00:00:00.000Z',
        lines: [['tea', 3]],
        note: null,
      });
      expect(await run.status()).toMatchObject({ id: run.id, state: 'succeeded', workflow: 'checkout' });
    }));

  test('sends messages, follows an event, reads a stream, and cancels', () =>
    serving(async ({ url }) => {
      const run = await httpClient<Handler>(url).start('tell');
      const tokens = run.read('tokens');
      for (const n of [0, 1, 2]) {
        await run.send('go', n);
        expect(await tokens.next()).toEqual({ done: false, value: `token ${n}` });
      }
      expect(await run.get('progress')).toBe(2);
      const progress = run.follow('progress');
      expect((await progress.next()).value).toBe(2);
      expect(await run.cancel()).toBe(true);
      expect(await run.cancel()).toBe(false);
      expect((await tokens.next()).done).toBe(true);
      expect((await progress.next()).done).toBe(true);
      await expect(run.result()).rejects.toMatchObject({ state: 'cancelled', code: 'RUN_CANCELLED' });
    }));

  test('throws what the server says is wrong', () =>
    serving(async ({ url }) => {
      const client = httpClient<Handler>(url);
      const refused = client.start('checkout', { item: 'tea', quantity: 0 });
      await expect(refused).rejects.toBeInstanceOf(HttpClientError);
      await expect(refused).rejects.toMatchObject({
        code: 'INVALID_INPUT',
        status: 422,
        issues: [{ path: 'quantity' }],
      });
      await expect(client.run('missing').result()).rejects.toMatchObject({
        code: 'RUN_NOT_FOUND',
        status: 404,
      });
      await expect(client.run('missing').read('tokens').next()).rejects.toMatchObject({
        code: 'RUN_NOT_FOUND',
      });
      const failed = (await client.start('refuse')).result();
      await expect(failed).rejects.toBeInstanceOf(RunFailedError);
      await expect(failed).rejects.toMatchObject({ state: 'failed', code: 'CARD_REFUSED' });
    }));

  test('says which key a start has: the same twice is the same run, with another body it is refused', () =>
    serving(async ({ url }) => {
      const client = httpClient<Handler>(url);
      const start = (quantity: number) =>
        client.start('checkout', { ...ORDER, quantity }, { key: 'say "42"' });
      const run = await start(1);
      expect((await start(1)).id).toBe(run.id);
      await expect(start(2)).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
    }));

  test('sends its headers with each request, asked anew each time', () =>
    serving(
      async ({ url }) => {
        let n = 0;
        const headers = async () => ({ authorization: `Bearer ${++n}` });
        const run = await httpClient<Handler>(url, { headers }).start('checkout', ORDER);
        await run.result();
        expect(n).toBeGreaterThanOrEqual(2);
        await expect(httpClient(url).run(run.id).status()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      },
      { authorize: (request) => request.headers.get('authorization')?.startsWith('Bearer ') ?? false },
    ));

  test('stops when it is told to', () =>
    serving(async ({ url, handler }) => {
      const run = await httpClient<Handler>(url).start('tell');
      const stop = new AbortController();
      const { signal } = stop;
      const waits = [
        run.result({ signal }),
        run.get('progress', { signal }),
        run.read('tokens', { signal }).next(),
        run.follow('progress', { signal }).next(),
      ];
      await expect.poll(() => handler.open).toBe(4);
      const reason = new Error('the page is left');
      stop.abort(reason);
      for (const wait of waits) await expect(wait).rejects.toBe(reason);
      await expect.poll(() => handler.open).toBe(0);
    }));

  test('leaves the server when its reader leaves', () =>
    serving(async ({ url, handler }) => {
      const run = await httpClient<Handler>(url).start('tell');
      await run.send('go', 0);
      for await (const token of run.read('tokens')) {
        expect(token).toBe('token 0');
        break;
      }
      await expect.poll(() => handler.open).toBe(0);
    }));
});

describe('when the line is bad, the client', () => {
  /** Lets the server act, and cuts the line before its answer gets through, so many times. */
  const losesAnswers = (times: number): Between => {
    let left = times;
    return (pass, request, response) => {
      if (left-- <= 0) return pass(request, response);
      const { socket } = request;
      response.writeHead = () => {
        socket.destroy();
        return response;
      };
      pass(request, response);
    };
  };

  test('starts one run, although the answers to its first requests are lost', () =>
    serving(async (shop) => {
      shop.between = losesAnswers(2);
      const run = await httpClient<Handler>(shop.url).start('checkout', ORDER);
      await run.result();
      expect((await shop.app.runs.list()).runs).toHaveLength(1);
    }));

  test('sends one message, although the answers to its first requests are lost', () =>
    serving(async (shop) => {
      const run = await httpClient<Handler>(shop.url).start('tell');
      shop.between = losesAnswers(2);
      await run.send('go', 1);
      shop.between = undefined;
      await run.send('go', null);
      await run.result();
      const received = (await shop.app.runs.steps(run.id)).filter(({ kind }) => kind === 'receive');
      expect(received.map(({ output }) => output)).toEqual([1, null]);
    }));

  test('comes again when the server has too much to do, and gives up in the end', () =>
    serving(async (shop) => {
      let refusals = 0;
      shop.between = (pass, request, response) => {
        if (refusals++ < 2) response.writeHead(503, { 'retry-after': '0' }).end('busy');
        else pass(request, response);
      };
      const client = httpClient<Handler>(shop.url, { retries: 2 });
      const run = await client.start('checkout', ORDER);
      expect(refusals).toBe(3);
      refusals = Number.NEGATIVE_INFINITY;
      await expect(client.run(run.id).status()).rejects.toMatchObject({ code: 'UNREADABLE', status: 503 });
      await expect(httpClient('http://127.0.0.1:1', { retries: 1 }).run('x').status()).rejects.toMatchObject({
        code: 'UNREACHABLE',
        status: undefined,
      });
    }));

  test('reads each value of a stream once, in order, although its connection is cut again and again', () =>
    serving(async (shop) => {
      const run = await httpClient<Handler>(shop.url).start('tell');
      for (let n = 0; n < 60; n++) await shop.app.stream(shop.tokens).write(run.id, `token ${n}`);
      await run.send('go', null);
      let openings = 0;
      // Each connection gets some bytes further, and is cut in the middle of an event.
      shop.between = (pass, request, response) => {
        openings += 1;
        let bytes = 0;
        const write = response.write.bind(response) as (chunk: Uint8Array) => boolean;
        response.write = ((chunk: Uint8Array) => {
          const room = 400 - bytes;
          bytes += chunk.byteLength;
          if (bytes < 400) return write(chunk);
          write(chunk.subarray(0, room));
          setImmediate(() => request.socket.destroy());
          return true;
        }) as typeof response.write;
        pass(request, response);
      };
      const all: string[] = [];
      for await (const token of run.read('tokens')) all.push(token);
      expect(all).toEqual(Array.from({ length: 60 }, (_, n) => `token ${n}`));
      expect(openings).toBeGreaterThan(2);
    }));

  test('opens a stream anew on which nothing is heard', () =>
    serving(
      async (shop) => {
        const run = await httpClient<Handler>(shop.url).start('tell');
        let openings = 0;
        shop.between = (pass, request, response) => {
          openings += 1;
          // A line that is dead at the other end: open, and silent.
          if (openings === 1) response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
          else pass(request, response);
        };
        const tokens = httpClient<Handler>(shop.url, { silenceMs: 100 }).run(run.id).read('tokens');
        const first = tokens.next();
        await shop.app.channel(shop.go).send(run.id, 7);
        expect((await first).value).toBe('token 7');
        expect(openings).toBeGreaterThan(1);
        await tokens.return();
      },
      { heartbeat: '20ms' },
    ));

  test('gives up a stream that it may not read any more', () => {
    let isAllowed = true;
    return serving(
      async (shop) => {
        const run = await httpClient<Handler>(shop.url).start('tell');
        await run.send('go', 0);
        let cut: () => void = () => undefined;
        shop.between = (pass, request, response) => {
          cut = () => request.socket.destroy();
          pass(request, response);
        };
        const tokens = run.read('tokens');
        await tokens.next();
        isAllowed = false;
        const next = tokens.next();
        cut();
        await expect(next).rejects.toMatchObject({ code: 'FORBIDDEN' });
      },
      { authorize: () => isAllowed },
    );
  });
});

test('the types are those of the handler', () => {
  // Not called: only the types matter.
  const use = async () => {
    const client = httpClient<Handler>('/api/runs');
    const run = await client.start('checkout', ORDER);
    expectTypeOf(await run.result()).toEqualTypeOf<{
      paid: number;
      at: string;
      lines: [string, number][];
      note: null;
    }>();
    expectTypeOf(await (await client.start('add', { one: 1, other: 2 })).result()).toEqualTypeOf<number>();
    expectTypeOf(await run.get('progress')).toEqualTypeOf<number>();
    for await (const token of run.read('tokens')) expectTypeOf(token).toEqualTypeOf<string>();
    await run.send('approval', { by: 'Kim' });
    // @ts-expect-error: it is no workflow of the handler
    await client.start('nothing');
    // @ts-expect-error: the quantity is missing
    await client.start('checkout', { item: 'tea' });
    // @ts-expect-error: it takes another value
    await run.send('approval', 7);
    // @ts-expect-error: it is no stream of the handler
    run.read('progress');
  };
  expect(use).toBeTypeOf('function');
  expectTypeOf<AsJson<{ when: Date; many: Set<bigint>; maybe?: URL }>>().toEqualTypeOf<{
    when: string;
    many: string[];
    maybe?: string | null;
  }>();
});
