import { type Duration, durationMs } from '../time/index.js';

/** Why an app is not ready. */
export type HealthProblem = 'not launched' | 'shutting down' | 'lease lost' | 'store not reachable';

/** Whether an app can do its work: what a load balancer or an orchestrator asks. */
export interface Health {
  /** Whether nothing is in the way. */
  readonly isReady: boolean;
  readonly problems: readonly HealthProblem[];
  /** This process among the executors of the store; empty before the launch. */
  readonly executorId: string;
}

/** How an app's health is looked at. */
export interface HealthOptions {
  /** How long the store may take to answer. Default `'2s'`. */
  readonly timeout?: Duration;
}

/** What is looked at. */
export interface Patient {
  readonly state: 'new' | 'launching' | 'launched' | 'shut down';
  readonly executorId: string;
  readonly holdsLease: boolean;
  /** Asks the store something small. */
  ask(): Promise<unknown>;
  /** Calls back so many milliseconds from now, unless that is cancelled. */
  after(ms: number, then: () => void): () => void;
}

/** Looks at an app. Never rejects: what cannot be reached is a problem that is told. @throws HoldfastError INVALID_DURATION. */
export async function healthOf(patient: Patient, { timeout = '2s' }: HealthOptions): Promise<Health> {
  const { state, executorId } = patient;
  const timeoutMs = durationMs(timeout, 'timeout of a look at the health of the app');
  const told = (problems: readonly HealthProblem[]): Health => {
    return { isReady: problems.length === 0, problems, executorId };
  };
  if (state === 'shut down') return told(['shutting down']);
  if (state !== 'launched') return told(['not launched']);
  const answers = await answersInTime(patient, timeoutMs);
  const problems: HealthProblem[] = [];
  if (!patient.holdsLease) problems.push('lease lost');
  if (!answers) problems.push('store not reachable');
  return told(problems);
}

function answersInTime(patient: Patient, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = patient.after(timeoutMs, () => resolve(false));
    patient
      .ask()
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(cancel);
  });
}
