import { HoldfastError } from '../errors/index.js';
import type { Mail, MailDefinition, RunMail, StepOrigin } from './mail-calls.js';
import type { Registry } from './registry.js';
import { type Ambient, ambient } from './scope.js';
import type { StandardSchema } from './standard-schema.js';

/** The key under which a channel, an event or a stream carries its definition. */
export const MAIL: unique symbol = Symbol.for('holdfast.mail.v1') as never;

/** Options of a channel, an event or a stream. */
export interface MailOptions {
  /** Where the launched app is found when it is used outside any run. Default: the process's own registry. */
  readonly registry?: Registry;
}

/** Options of one whose values a Standard Schema checks before they are recorded. */
export interface SchemaMailOptions<Schema extends StandardSchema> extends MailOptions {
  readonly schema: Schema;
}

/** Where a call goes: into the journal of the run whose code makes it; past it in a step's body; outside, to the launched app. */
export function mailHere(definition: MailDefinition, registry: Registry): Mail {
  const here = ambient.getStore();
  if (!here) return registry.mailFor(definition);
  return here.step ? here.scope.plainMail : here.scope.mail;
}

/** What ends a wait of the calling code: the end of the attempt, in a step's body. */
export function attemptSignal(): AbortSignal | undefined {
  return ambient.getStore()?.step?.signal;
}

/** The run that the calling code shows something of. */
export interface OwnMail {
  readonly mail: Mail;
  readonly runId: string;
  readonly origin: StepOrigin | undefined;
}

/**
 * The run whose code calls, in a step's body or out of it.
 *
 * @param call what was called: `set`.
 * @throws HoldfastError WRONG_CONTEXT outside any run.
 */
export function ownMail({ kind, name }: MailDefinition, call: string): OwnMail {
  const here = ambient.getStore();
  if (!here) {
    throw new HoldfastError(
      'WRONG_CONTEXT',
      `${call}() of ${kind} "${name}" was called outside any run, so it is not known which run's ${kind} is meant. ` +
        `Name the run: app.${kind}(…).${call}(runId, …).`,
      { details: { [kind]: name } },
    );
  }
  return { ...sideOf(here), runId: here.scope.info.id };
}

function sideOf({ scope, step }: Ambient): Omit<OwnMail, 'runId'> {
  if (!step) return { mail: scope.mail, origin: undefined };
  return { mail: scope.plainMail, origin: { epoch: scope.info.epoch, seq: step.seq } };
}

/** @throws HoldfastError WRONG_CONTEXT anywhere but in a run's own code: only there it can be recorded what was received. */
export function receivingMail({ name }: MailDefinition): RunMail {
  const here = ambient.getStore();
  if (here && !here.step) return here.scope.mail;
  throw new HoldfastError(
    'WRONG_CONTEXT',
    `receive() of channel "${name}" was called ${here ? "in a step's body" : 'outside any run'}. ` +
      "Call it in a workflow's own code: a run receives what is sent to its id.",
    { details: { channel: name } },
  );
}
