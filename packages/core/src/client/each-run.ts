/** What became of one of several runs on which the same was to be done. */
export type Done = { readonly id: string; readonly done: true } | NotDone;

export interface NotDone {
  readonly id: string;
  readonly done: false;
  /** Why not: what the call throws that is given this run alone. */
  readonly error: Error;
}

/**
 * Does something to each of several runs, one after the other, and says of each what came of it. One for which it fails
 * stops none of the others. A run that is named twice is seen to once.
 */
export async function eachRun<Answer extends { readonly id: string }>(
  ids: readonly string[],
  act: (id: string) => Promise<Answer>,
): Promise<readonly (Answer | NotDone)[]> {
  const answers: (Answer | NotDone)[] = [];
  for (const id of new Set(ids)) {
    try {
      answers.push(await act(id));
    } catch (error) {
      answers.push({ id, done: false, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }
  return answers;
}
