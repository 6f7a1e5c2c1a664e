import { pool } from './database';

const SQL = `
  create schema if not exists reports;
  create table if not exists reports.sections (
    row bigserial primary key, report text not null, region text not null, sales integer not null);
  create index if not exists sections_report on reports.sections (report);
  create table if not exists reports.published (
    row bigserial primary key, report text not null, title text not null, total integer not null);
  create table if not exists reports.counts (
    row bigserial primary key, at timestamptz not null, published integer not null);
`;

/** Makes the tables where they are not there yet. A grown app has its migrations do this, before it is deployed. */
export async function createTables(): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    // Two processes that start at once would both find no tables.
    await client.query(`select pg_advisory_xact_lock(hashtext('reports.tables'))`);
    await client.query(SQL);
    await client.query('commit');
  } finally {
    client.release(true);
  }
}
