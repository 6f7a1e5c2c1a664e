import { Client } from '@holdfast/core';
import { postgres } from '@holdfast/postgres';
import { median } from '../measure/statistics.js';
import { type Executed, explainingPool } from './explaining-pool.js';
import { questions } from './questions.js';

/** What a question took. */
export interface Answer {
  readonly question: string;
  /** For whoever asked: the first time, and the median of some more. */
  readonly firstMs: number;
  readonly ms: number;
  readonly executed: Executed;
}

const TIMES = 5;
/** What takes longer is asked once. */
const SLOW_MS = 1000;

/** Asks each question some times, and once more with its plan. */
export async function answers(url: string, say: (what: string) => void): Promise<readonly Answer[]> {
  let told: Executed[] = [];
  const pool = explainingPool(url, (executed) => told.push(executed));
  const client = new Client({ store: postgres(url) });
  const explained = new Client({ store: postgres(pool) });
  await client.open();
  await explained.open();
  const found: Answer[] = [];
  for (const { name, ask } of await questions(client)) {
    const took: number[] = [];
    for (let time = 0; time <= TIMES && !(took[0]! > SLOW_MS); time++) {
      const startedMs = performance.now();
      await ask(client);
      took.push(performance.now() - startedMs);
    }
    told = [];
    await ask(explained);
    const [firstMs, ...others] = took;
    const answer = {
      question: name,
      firstMs: firstMs!,
      ms: others.length > 0 ? median(others) : firstMs!,
      executed: largest(told),
    };
    found.push(answer);
    say(`${name}: ${answer.ms.toFixed(1)} ms, ${answer.executed.pages} pages`);
  }
  await Promise.all([client.close(), explained.close()]);
  await pool.end();
  return found;
}

function largest(told: readonly Executed[]): Executed {
  return [...told].sort((a, b) => b.ms - a.ms)[0]!;
}

export function answersTable(found: readonly Answer[]): string {
  const lines = found.map(
    ({ question, firstMs, ms, executed: { pages, indexes, scanned, discarded } }) =>
      `| ${question} | ${ms.toFixed(1)} | ${firstMs.toFixed(1)} | ${pages} | ${discarded} | ` +
      `${[...scanned.map((table) => `**all of ${table}**`), ...indexes].join(', ')} |`,
  );
  return [
    '| asked | ms | the first time | pages | rows read for nothing | by |',
    '|---|--:|--:|--:|--:|---|',
    ...lines,
    '',
  ].join('\n');
}
