import { channel, currentRun, event, stream, type Workflow, workflow } from '@holdfast/core/internal';
import type { Means } from './means.js';

/** How many letters the two write each other. */
const LETTERS = 5;

/**
 * Two runs that write to each other, while one of them shows how far it has come: an event, and a stream with a value for
 * each letter. A third one, that neither knows of, waits for all that: for the event, each value, and the ends of both.
 */
export function mailPrograms(
  { registry, app }: Means,
  plain: (label: string) => Promise<string>,
): Readonly<Record<string, Workflow<[], unknown>>> {
  const options = { registry };
  const letters = channel<string>('letters', options);
  const answers = channel<string>('answers', options);
  const progress = event<number>('progress', options);
  const tokens = stream<string>('tokens', options);

  const pen = workflow('pen', options, async () => {
    const { id } = currentRun()!;
    const friend = id.slice(0, id.indexOf('>'));
    const seen: string[] = [];
    while (seen.length < LETTERS) {
      const letter = await letters.receive();
      seen.push(letter);
      await answers.send(friend, `answer to ${letter}`);
    }
    return seen;
  });

  const audience = workflow('audience', options, async () => {
    const { id } = currentRun()!;
    const watched = id.slice(0, id.indexOf('>'));
    const read: string[] = [];
    for await (const token of tokens.read(watched)) read.push(token);
    const first = await app().waitFirst([app().handle(`${watched}>pen`), app().handle(watched)]);
    return {
      read,
      isSet: (await progress.get(watched, { timeout: '1h' })) >= 0,
      first: first.id,
      pen: await app().handle(`${watched}>pen`).result(),
      friends: ((await app().handle(watched).result()) as { progress: number }).progress,
    };
  });

  const friends = workflow('friends', options, async () => {
    const { id } = currentRun()!;
    const friend = await app().start(pen, [], { id: `${id}>pen` });
    await app().start(audience, [], { id: `${id}>audience`, detached: true });
    for (let n = 0; n < LETTERS; n++) {
      await Promise.all([letters.send(friend.id, `letter ${n}`), progress.set(n), plain(`p${n}`)]);
      await tokens.write(`token ${n}`);
    }
    await tokens.close();
    const got: string[] = [];
    while (got.length < LETTERS) got.push(await answers.receive({ timeout: '1h' }));
    const read: string[] = [];
    for await (const token of tokens.read(id)) read.push(token);
    return { got, read, progress: await progress.get(id), friend: await friend.result() };
  });

  return { pen, friends, audience };
}

const numbered = (what: string): string[] => Array.from({ length: LETTERS }, (_, n) => `${what} ${n}`);

/** What they return, whatever crashes. */
export const MAIL_RESULTS = {
  audience: (_: string, { first }: { first: string }): unknown => ({
    read: numbered('token'),
    isSet: true,
    first,
    pen: numbered('letter'),
    friends: LETTERS - 1,
  }),
  pen: (): unknown => numbered('letter'),
  friends: (): unknown => ({
    got: numbered('answer to letter'),
    read: numbered('token'),
    progress: LETTERS - 1,
    friend: numbered('letter'),
  }),
};
