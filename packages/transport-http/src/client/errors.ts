import type { ProblemCode, ProblemDetails } from '../problem.js';

/** The server refused a request, or could not be reached. */
export class HttpClientError extends Error {
  override readonly name = 'HttpClientError';
  /** The server's code; `'UNREACHABLE'` if no answer came, `'UNREADABLE'` if one came that is not Holdfast's. */
  readonly code: ProblemCode | 'UNREACHABLE' | 'UNREADABLE';
  /** The status of the answer; undefined if none came. */
  readonly status: number | undefined;
  /** Of an input that was refused: what is wrong with it, and where. */
  readonly issues: ProblemDetails['issues'];

  constructor(
    code: HttpClientError['code'],
    message: string,
    {
      status,
      issues,
      cause,
    }: {
      readonly status?: number;
      readonly issues?: ProblemDetails['issues'];
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status;
    this.issues = issues;
  }
}

/** A run that was waited for did not succeed. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
  /** Of the error that the run ended with; null if that has none. */
  readonly code: string | null;
  readonly state: 'failed' | 'cancelled';
  readonly runId: string;

  constructor(
    runId: string,
    state: 'failed' | 'cancelled',
    { code, message }: { readonly code: string | null; readonly message?: string },
  ) {
    super(
      `Run "${runId}" ${state === 'failed' ? 'failed' : 'was cancelled'}${message ? `: ${message}` : '.'}`,
    );
    this.code = code;
    this.state = state;
    this.runId = runId;
  }
}

/** @returns the error of an answer that is none of those that were expected. */
export async function errorOf(response: Response): Promise<HttpClientError> {
  const { status } = response;
  try {
    const { code, detail, issues } = (await response.json()) as Partial<ProblemDetails>;
    if (code && detail !== undefined)
      return new HttpClientError(code, detail, { status, ...(issues && { issues }) });
  } catch {
    // It is not JSON, so it is not ours: of a proxy, perhaps.
  }
  return new HttpClientError('UNREADABLE', `The server answered with status ${status}.`, { status });
}
