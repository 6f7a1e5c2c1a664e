import { COME_AGAIN, Problem } from './problem.js';

/** How large a body may be. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxBodyDepth: number;
}

/**
 * The JSON of a request's body; undefined for an empty one.
 *
 * @throws Problem CONTENT_TYPE_UNSUPPORTED, BODY_TOO_LARGE, BODY_NOT_JSON, BODY_TOO_DEEP.
 */
export async function bodyOf(request: Request, { maxBodyBytes, maxBodyDepth }: BodyLimits): Promise<unknown> {
  // Also without a body: a page of another origin cannot send this type unasked, so a cookie is not enough to act.
  if (!isJson(request.headers.get('content-type'))) {
    throw new Problem(
      415,
      'CONTENT_TYPE_UNSUPPORTED',
      'Send JSON, and say so: content-type: application/json.',
    );
  }
  const text = await textOf(request, maxBodyBytes);
  if (text === '') return undefined;
  const value = parse(text);
  checkDepth(value, maxBodyDepth);
  return value;
}

function isJson(contentType: string | null): boolean {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  const isUtf8 = parameters.every(
    (one) => !/^\s*charset=/.test(one) || /^\s*charset="?utf-?8"?\s*$/.test(one),
  );
  return isUtf8 && /^\s*application\/(?:[\w.-]+\+)?json\s*$/.test(type!);
}

/** Counts what comes: what a header says of the length is only good for refusing early. */
async function textOf(request: Request, maxBytes: number): Promise<string> {
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge(maxBytes);
  if (!request.body) return '';
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.byteLength;
      if (length > maxBytes) throw tooLarge(maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, 'BODY_NOT_JSON', 'The body broke off.', COME_AGAIN);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Problem(400, 'BODY_NOT_JSON', 'The body is not UTF-8.');
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem(413, 'BODY_TOO_LARGE', `The body is larger than ${maxBytes} bytes.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'BODY_NOT_JSON', 'The body is not JSON.');
  }
}

/** By a list of its own and not by calls: what is too deep is too deep for those, too. */
function checkDepth(value: unknown, maxDepth: number): void {
  let level: object[] = isObject(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > maxDepth)
      throw new Problem(400, 'BODY_TOO_DEEP', `The body is nested more than ${maxDepth} levels deep.`);
    const next: object[] = [];
    for (const one of level) {
      // An own field of this name is harmless until somebody copies it by assignment: then it is the prototype.
      if (Object.hasOwn(one, '__proto__'))
        throw new Problem(400, 'BODY_NOT_JSON', 'The body has a field "__proto__", which is not accepted.');
      for (const below of Object.values(one)) if (isObject(below)) next.push(below);
    }
    level = next;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
