import { drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { processWide } from '../process-wide';

/** The app's own connections, for its own rows. The build evaluates this too, and connects to nothing. */
export const pool = processWide('pool', () => {
  const opened = new pg.Pool({ connectionString: process.env.DATABASE_URL });
  // The pool replaces a connection that breaks while nobody uses it, but insists on telling somebody.
  opened.on('error', (error) => console.warn(`A connection broke: ${error.message}`));
  return opened;
});

export const db = drizzle(pool);
