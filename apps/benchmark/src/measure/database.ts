import pg from 'pg';

let made = 0;

/** A new database on the server. Answers its address. */
export async function freshDatabase(serverUrl: string): Promise<string> {
  const name = `benchmark_${process.pid}_${made++}`;
  await onServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

export async function dropDatabase(serverUrl: string, url: string): Promise<void> {
  await onServer(serverUrl, `drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
}

async function onServer(serverUrl: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(text);
  await client.query('checkpoint');
  await client.end();
}
