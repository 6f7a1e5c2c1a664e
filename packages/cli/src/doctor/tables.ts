import type { Drift, Inspector, TablesLevel } from '@holdfast/postgres/internal';
import { counted, type Finding, fine } from './finding.js';

const CHECK = 'tables';

/** The oldest server that Holdfast works with. */
const OLDEST_SERVER = 13;

/** Whether the server will do. */
export function checkServer({ serverVersion }: TablesLevel, where: string): Finding {
  const major = Math.floor(serverVersion / 10_000);
  if (major >= OLDEST_SERVER)
    return fine('server', `Postgres ${major}.${serverVersion % 10_000} at ${where}`);
  return {
    check: 'server',
    verdict: 'trouble',
    says: `Postgres ${major} at ${where} is too old: Holdfast needs ${OLDEST_SERVER} or newer.`,
    advice: 'Upgrade the server, or use another.',
  };
}

/** Whether the tables are there and of a version that this code works with. */
export function checkLevel({ version, compatibleFrom, known }: TablesLevel, schema: string): Finding {
  if (version === 0) {
    return {
      check: CHECK,
      verdict: 'trouble',
      says: `There are no Holdfast tables in schema "${schema}".`,
      advice: '`holdfast migrate` makes them; so does the first launch of an app. Or is --schema another?',
    };
  }
  if (compatibleFrom > known) {
    return {
      check: CHECK,
      verdict: 'trouble',
      says: `The tables are of version ${version}, for code that knows version ${compatibleFrom}; this command knows ${known}.`,
      advice: 'Update @holdfast/cli to the version of your apps.',
    };
  }
  if (version < known) {
    return {
      check: CHECK,
      verdict: 'trouble',
      says: `The tables are of version ${version}; this version of Holdfast makes version ${known}.`,
      advice:
        '`holdfast migrate` brings them up to date, `holdfast migrate --print --from ' +
        `${version}\` prints the SQL.`,
    };
  }
  return fine(
    CHECK,
    `version ${version}${version > known ? `, newer than this command's ${known}, and compatible` : ''}`,
  );
}

/** Whether the tables are as migrations make them. */
export async function checkDrift(inspector: Inspector, { version, known }: TablesLevel): Promise<Finding> {
  if (version > known) {
    return {
      check: 'drift',
      verdict: 'warning',
      says: 'The tables are newer than this command, and were not compared.',
    };
  }
  return driftFinding(await inspector.drift(version));
}

function driftFinding({ differences, reason }: Drift): Finding {
  if (!differences) {
    return {
      check: 'drift',
      verdict: 'warning',
      says: `The tables could not be compared with what migrations make: ${reason}.`,
      advice:
        'Run the doctor as the role that migrates. What migrations make is made beside them, and rolled back.',
    };
  }
  const wrong = differences.filter(({ problem }) => problem !== 'unknown');
  const unknown = differences.filter(({ problem }) => problem === 'unknown');
  const lines = (list: typeof differences): string[] =>
    list.map(({ problem, kind, name }) => `${problem} ${kind} ${name}`);
  if (wrong.length > 0) {
    return {
      check: 'drift',
      verdict: 'trouble',
      says: `${counted(wrong.length, 'thing is', 'things are')} not as migrations make them.`,
      advice:
        'Make them so by hand: `holdfast migrate --print` shows how they are made. Nothing of it is repaired by itself.',
      details: lines([...wrong, ...unknown]),
    };
  }
  if (unknown.length === 0) return fine('drift', 'as migrations make them');
  return {
    check: 'drift',
    verdict: 'warning',
    says: `As migrations make them, and ${counted(unknown.length, 'thing')} more that no migration made.`,
    advice:
      'Indexes of your own are fine, but cost every write; columns may be in the way of a later migration.',
    details: lines(unknown),
  };
}
