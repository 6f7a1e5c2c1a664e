import type { ErrorCode } from '@holdfast/core/internal';

/** What can be wrong with a request. The codes of {@link ErrorCode}, and what only HTTP knows. */
export type ProblemCode =
  | ErrorCode
  | 'BODY_NOT_JSON'
  | 'BODY_TOO_DEEP'
  | 'BODY_TOO_LARGE'
  | 'CONTENT_TYPE_UNSUPPORTED'
  | 'FORBIDDEN'
  | 'IDEMPOTENCY_KEY_MISSING'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'INTERNAL'
  | 'METHOD_NOT_ALLOWED'
  | 'NOT_FOUND'
  | 'OVERLOADED'
  | 'RATE_LIMITED';

/** An answer that is an error: RFC 9457, with a stable `code`. */
export interface ProblemDetails {
  /** What the status means. */
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  /** What happened, to what, and what to do. */
  readonly detail: string;
  /** Of an input that was refused: what is wrong with it, and where. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

/** What an answer that is an error carries beside its details. */
export interface ProblemOptions {
  readonly issues?: ProblemDetails['issues'];
  readonly headers?: Readonly<Record<string, string>>;
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** An error that is answered. Nothing in it is secret. */
export class Problem extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly #options: ProblemOptions;

  constructor(status: number, code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.#options = options;
  }

  get details(): ProblemDetails {
    const { issues } = this.#options;
    const title = TITLES[this.status] ?? 'Error';
    const { status, code, message: detail } = this;
    return { title, status, code, detail, ...(issues && { issues }) };
  }

  response(): Response {
    return new Response(JSON.stringify(this.details), {
      status: this.status,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        ...this.#options.headers,
      },
    });
  }
}

/** For whoever is to come again in a second. */
export const COME_AGAIN = { headers: { 'retry-after': '1' } } as const;
