import type { Client, ListOptions, RunSummary, RunView } from '@holdfast/core';

/** The most runs that one question is answered with. */
const PAGE = 500;

/**
 * Runs that match, page by page.
 *
 * @param most how many at most; Infinity for all.
 */
export async function* pagesOf(
  client: Client,
  { most, ...options }: Omit<ListOptions, 'limit' | 'cursor'> & { readonly most: number },
): AsyncGenerator<{ readonly runs: readonly (RunSummary | RunView)[]; readonly isMore: boolean }> {
  let left = most;
  for (let cursor: string | undefined; ; ) {
    const page = await client.runs.list({
      ...options,
      limit: Math.min(PAGE, left),
      ...(cursor && { cursor }),
    });
    left -= page.runs.length;
    cursor = page.nextCursor;
    yield { runs: page.runs, isMore: cursor !== undefined };
    if (cursor === undefined || left <= 0) return;
  }
}
