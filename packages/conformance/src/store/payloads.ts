import { expect } from 'vitest';
import { outcome, succeed } from './entries.js';
import { subject } from './subject.js';

/** JSON texts that quoting, encoding or a JSON type of the wrong sort would change or refuse. */
const TEXTS: Readonly<Record<string, string>> = {
  'the empty string': '""',
  'a null': 'null',
  'quotes of both kinds': JSON.stringify(`it's "quoted" and \`ticked\``),
  backslashes: JSON.stringify('C:\\new\\table\\\\ \\" \\'),
  'braces, brackets and commas': JSON.stringify('{a,b},[c],(d),{"NULL",NULL}'),
  'line ends and tabs': JSON.stringify('a\nb\r\nc\td\u2028e\u2029f'),
  'what parameters and comments look like': JSON.stringify('$1 ? :name %s -- /* */ ;'),
  'letters beyond ASCII': JSON.stringify('Straße, naïve, 日本語, العربية, e\u0301'),
  'letters beyond 16 bits': JSON.stringify('🚀 👩‍👩‍👧 𝔘'),
  'the escape of NUL': '{"text":"a\\u0000b"}',
  'escapes of letters': '"\\u00e9\\/\\ud83d\\ude80"',
  'numbers that a float would change': '[12345678901234567890, 0.1000, 1e400, -0, 1E+2]',
  'keys twice, out of order and empty': '{"b":1,"a":2,"b":3,"":4}',
  'white space': ' { "a" : [ 1 , 2 ] } ',
  'a deep nest': `${'['.repeat(900)}${']'.repeat(900)}`,
};

export const payloads = subject('payloads', (test) => {
  for (const [what, json] of Object.entries(TEXTS)) {
    test(`a payload with ${what} comes back as the text it was`, async (bench) => {
      const value = { json, extra: json };
      const run = await bench.begin({ input: value });
      await bench.writeAll([
        outcome(run, { output: value }),
        outcome(run, { seq: 1, ordinal: 2, error: value }),
      ]);
      const journal = (await bench.store.load([run.id])).get(run.id)!;
      expect(journal.map((entry) => entry.state === 'recorded' && entry.outcome)).toEqual([
        { ok: true, value },
        { ok: false, error: value },
      ]);
      await bench.writeAll([{ op: 'release', runId: run.id, epoch: run.epoch }]);
      const claimed = await bench.claimOne();
      expect(claimed.input).toEqual(value);
      await bench.writeAll([succeed(claimed, { output: value })]);
      expect(await bench.see(run.id)).toMatchObject({ input: value, output: value });
      expect(await bench.store.statuses([run.id])).toMatchObject([{ output: value }]);
    });
  }

  test('a payload of a megabyte comes back whole', async (bench) => {
    const value = { json: JSON.stringify('it\'s "1\\0" é🚀 '.repeat(70_000)), extra: null };
    expect(value.json.length).toBeGreaterThan(1_000_000);
    const run = await bench.begin({ input: value });
    await bench.writeAll([outcome(run, { output: value })]);
    const journal = (await bench.store.load([run.id])).get(run.id)!;
    // Compared as a truth value: a difference of such texts takes minutes to show.
    expect(
      journal[0]?.state === 'recorded' &&
        journal[0].outcome.ok &&
        journal[0].outcome.value.json === value.json,
    ).toBe(true);
    expect((await bench.see(run.id)).input.json === value.json).toBe(true);
  });

  test('a batch may carry many large payloads', async (bench) => {
    const runs = await bench.beginMany(20);
    const output = { json: JSON.stringify('x'.repeat(500_000)), extra: null };
    await bench.writeAll(runs.map((run) => outcome(run, { output })));
    const journals = await bench.store.load(runs.map(({ id }) => id));
    for (const { id } of runs) {
      const [entry] = journals.get(id)!;
      expect(
        entry?.state === 'recorded' && entry.outcome.ok && entry.outcome.value.json === output.json,
      ).toBe(true);
    }
  });
});
