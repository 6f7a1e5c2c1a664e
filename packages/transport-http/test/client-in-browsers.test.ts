import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type * as ClientDoor from '../src/client.js';
import { closeServer, nodeListener } from '../src/node.js';
import { browserPath } from './support/browser.js';
import { listen } from './support/listen.js';
import { type Shop, withShop } from './support/shop.js';

/** The client as one script for a page, which leaves it as the global `shop`. */
async function bundled(): Promise<{ readonly script: string; readonly files: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/client.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    // Nothing of Node is there: an import of it fails the build.
    platform: 'browser',
    format: 'iife',
    globalName: 'holdfast',
    minify: true,
  });
  return { script: outputFiles[0]!.text, files: Object.keys(metafile.inputs) };
}

describe('the client for browsers', () => {
  test('has nothing of Node or of the engine in it, and is small', async () => {
    const { script, files } = await bundled();
    const packages = new Set(
      files.map((file) => /node_modules\/(?!\.pnpm)((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? 'own'),
    );
    expect([...packages].sort()).toEqual(['eventsource-parser', 'own']);
    expect(script.length).toBeLessThan(12_000);
    const sources = files.filter((file) => !file.includes('node_modules'));
    for (const file of sources) expect(readFileSync(file, 'utf8')).not.toMatch(/from 'node:/);
  });

  const browser = browserPath();
  test.skipIf(!browser)(
    `starts, follows and resumes a run in a real browser${browser ? '' : ' (skipped: no chromium here)'}`,
    () =>
      withShop(
        async ({ handler }) => {
          const { script } = await bundled();
          const ours = nodeListener(handler);
          let openings = 0;
          const server = createServer((request, response) => {
            if (request.url === '/')
              return response.writeHead(200, { 'content-type': 'text/html' }).end('<title>shop</title>');
            if (!request.url?.includes('/streams/')) return ours(request, response);
            openings += 1;
            // The first connection is cut as soon as it has brought something.
            if (openings === 1) {
              const write = response.write.bind(response) as (chunk: Uint8Array) => boolean;
              response.write = ((chunk: Uint8Array) => {
                if (Buffer.from(chunk).includes('data:')) setTimeout(() => request.socket.destroy(), 20);
                return write(chunk);
              }) as typeof response.write;
            }
            ours(request, response);
          });
          const address = await listen(server);
          const { page, close } = await openPage(browser!, address, script);
          try {
            const seen = await page.evaluate(async () => {
              const { holdfast } = globalThis as unknown as { holdfast: typeof ClientDoor };
              const client = holdfast.httpClient<Shop['handler']>('/api/runs');
              const run = await client.start('tell', undefined, { key: 'of the page' });
              const tokens: string[] = [];
              await run.send('go', 0);
              for await (const token of run.read('tokens')) {
                tokens.push(token);
                await run.send('go', tokens.length < 3 ? tokens.length : null);
              }
              const again = await client.start('tell', undefined, { key: 'of the page' });
              return {
                tokens,
                progress: await run.get('progress'),
                result: await run.result(),
                isSame: again.id === run.id,
              };
            });
            expect(seen).toEqual({
              tokens: ['token 0', 'token 1', 'token 2'],
              progress: 2,
              result: 'told',
              isSame: true,
            });
            expect(openings).toBeGreaterThan(1);
          } finally {
            await close();
            await closeServer(server, handler);
          }
        },
        { basePath: '/api/runs' },
      ),
  );
});

async function openPage(executablePath: string, address: string, script: string) {
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-component-update'],
  });
  const page = await browser.newPage();
  await page.goto(address);
  await page.addScriptTag({ content: script });
  return { page, close: () => browser.close() };
}
