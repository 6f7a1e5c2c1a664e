import { startEmbedded } from '@holdfast/postgres';
import type { Target } from './target.js';

/** Does something with the address of a database; an embedded one is started for it, and stopped unless others use it. */
export async function withUrl<T>(target: Target, work: (url: string) => Promise<T>): Promise<T> {
  if ('url' in target) return work(target.url);
  const server = await startEmbedded({ dir: target.dir });
  try {
    return await work(server.url);
  } finally {
    await server.release();
  }
}
