import { startEmbedded } from '@holdfast/orm-drizzle';

/** Opens what this server process needs, jobs included, and closes it when the process is asked to end. */
export async function open(): Promise<void> {
  const embedded = process.env.DATABASE_URL ? undefined : await startEmbedded();
  if (embedded) process.env.DATABASE_URL = embedded.url;
  // Only now: these modules read the address.
  const [{ pool }, { client }, { launch }] = await Promise.all([
    import('./database/database'),
    import('./client'),
    import('./jobs/launch'),
  ]);
  const app = await launch();
  await client.open();

  const close = async (): Promise<void> => {
    await client.close();
    await app.shutdown();
    await pool.end();
    await embedded?.release();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void close()
        .catch((error: unknown) => console.error(error))
        .finally(() => process.exit());
    });
  }
}
