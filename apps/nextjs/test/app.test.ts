import { createTestDatabase, type TestDatabase } from '@holdfast/postgres/internal';
import pg from 'pg';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { findChromium, openChromium } from './support/chromium';
import { NextServer } from './support/next-server';

const chromium = findChromium();
if (!chromium)
  console.log('Skipped: there is no Chromium here to drive. Install it, or name it by CHROMIUM.');

describe.skipIf(!chromium)('the app, built for production and used in a browser', () => {
  let database: TestDatabase;
  let db: pg.Client;
  let server: NextServer;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    database = await createTestDatabase(inject('serverUrl'));
    db = new pg.Client({ connectionString: database.url });
    await db.connect();
    [server, browser] = await Promise.all([NextServer.open(database.url), openChromium(chromium!)]);
  }, 90_000);
  afterAll(async () => {
    await browser?.close();
    await server?.kill();
    await db?.end();
    await database?.drop();
  });

  beforeEach(async () => {
    page = await browser.newPage();
    await page.goto(server.url);
  });
  afterEach(async () => {
    await page.close();
  });

  /** Orders a report by the form, and gives its id when the page shows it. */
  async function order(title: string): Promise<string> {
    await page.getByLabel('Title').fill(title);
    await page.getByRole('button', { name: 'Order' }).click();
    await page.waitForURL('**/reports/*');
    return new URL(page.url()).pathname.split('/').at(-1)!;
  }

  const sections = async (id: string): Promise<{ region: string; sales: number }[]> =>
    (await db.query('select region, sales from reports.sections where report = $1 order by row', [id])).rows;

  test('makes a report in the background, and shows what it comes to', async () => {
    const id = await order('Sales of the year');
    await page.getByTestId('total').waitFor({ timeout: 20_000 });
    const rows = await sections(id);
    expect(rows.map(({ region }) => region)).toEqual(['North', 'South', 'East', 'West', 'Overseas']);
    const total = rows.reduce((sum, { sales }) => sum + sales, 0);
    expect(await page.getByTestId('total').textContent()).toBe(String(total));
  });
});
