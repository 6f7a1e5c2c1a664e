import { createHash } from 'node:crypto';
import { Problem } from './problem.js';

const LONGEST = 255;
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The `Idempotency-Key` of a request: a text in quotes, as the draft of the IETF has it, or bare. Undefined for none.
 *
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 * @throws Problem INVALID_ID.
 */
export function idempotencyKeyOf(request: Request): string | undefined {
  const header = request.headers.get('idempotency-key');
  if (header === null) return undefined;
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header);
  const key = quoted ? quoted[1]!.replace(/\\(["\\])/g, '$1') : header;
  if (key.length <= LONGEST && PRINTABLE.test(key)) return key;
  throw new Problem(
    400,
    'INVALID_ID',
    `The Idempotency-Key must be 1 to ${LONGEST} printable ASCII characters, in quotes or bare.`,
  );
}

/** The id of the run that a key stands for: the same for the same key of the same tenant, and nobody else's. */
export function runIdOf(key: string, workflow: string, tenant: string | undefined): string {
  return `http-${digest([tenant ?? null, workflow, key])}`;
}

/** The key of the message that a key stands for: of a run, which is a tenant's own. */
export function messageKeyOf(key: string, channel: string): string {
  return `http-${digest([channel, key])}`;
}

/** What a body is known by when its key comes again: the order of its fields is nobody's business. */
export function fingerprintOf(body: unknown): string {
  return digest(body === undefined ? [] : [sorted(body)]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]));
}

function digest(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
