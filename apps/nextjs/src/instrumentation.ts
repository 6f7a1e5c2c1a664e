/** Called by Next.js once when a server starts, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { open } = await import('./server');
    await open();
  }
}
