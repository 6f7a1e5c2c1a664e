import { HoldfastError, type RunSummary } from '@holdfast/core/internal';
import { Problem } from './problem.js';

/** What a request wants to do. */
export interface Access {
  readonly action: 'describe' | 'start' | 'status' | 'result' | 'cancel' | 'send' | 'event' | 'stream';
  /** The name in the address of what is started, sent to, or read: of a workflow, a channel, an event, a stream. */
  readonly name?: string;
  /** The run that is meant; of all but `describe` and `start`. */
  readonly runId?: string;
}

/** What somebody may do who was let in. */
export interface Grant {
  /**
   * On whose behalf: runs that are started belong to this tenant (they have it as the tag `tenant`), runs of others do not
   * exist for it, and its idempotency keys are its own. Default: none, who sees the runs of all.
   */
  readonly tenant?: string;
  /** Whether this run may be seen and touched. Default: any may. */
  readonly mayUse?: (run: RunSummary) => boolean;
}

/**
 * Decides about a request: whether it is let in, and on whose behalf. `false` is answered with 403; a response (a 401 that
 * says how to authenticate) with that.
 */
export type Authorize = (
  request: Request,
  access: Access,
) => Grant | boolean | Response | Promise<Grant | boolean | Response>;

/** Somebody was not let in, and gets this answer. */
export class Refused extends Error {
  readonly response: Response;

  constructor(response: Response) {
    super('the request was refused');
    this.response = response;
  }
}

/** @throws Problem FORBIDDEN; Refused with the answer of the hook. */
export async function grantOf(authorize: Authorize, request: Request, access: Access): Promise<Grant> {
  // A hook reads the headers. The body is not its own to read: a copy of it would be held until the end.
  const verdict: unknown = await authorize(request, access);
  if (verdict === true) return {};
  if (verdict instanceof Response) throw new Refused(verdict);
  if (typeof verdict === 'object' && verdict !== null) return checkedGrant(verdict);
  throw new Problem(403, 'FORBIDDEN', 'This is not allowed.');
}

/** A tenant that is empty or no text is a mistake of the hook: nobody gets in by it. */
function checkedGrant(grant: Grant): Grant {
  const { tenant } = grant;
  if (!('tenant' in grant) || (typeof tenant === 'string' && tenant !== '')) return grant;
  throw new HoldfastError(
    'INVALID_OPTION',
    'authorize() granted access to a tenant that is no text or empty. Leave it out where there are no tenants.',
  );
}
