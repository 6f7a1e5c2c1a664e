import { checkName } from '../define/index.js';
import { FINAL_STATES, type PruneCriteria } from '../store/index.js';
import { type Duration, durationMs } from '../time/index.js';
import { listOf, type OneOrMore } from './one-or-more.js';
import { checkNames, invalid } from './options-checks.js';

/** Which runs are kept no longer. */
export interface RetentionRule {
  /** How long after they have ended. */
  readonly after: Duration;
  /** Default: in whatever state they ended. */
  readonly state?: OneOrMore<'succeeded' | 'failed' | 'cancelled'>;
  /** Names of workflows. Default: all. */
  readonly workflow?: OneOrMore<string>;
}

const RULE_NAMES: Readonly<Record<keyof RetentionRule, true>> = { after: true, state: true, workflow: true };

/** Reads rules. @throws HoldfastError INVALID_OPTION, INVALID_DURATION, INVALID_NAME. */
export function pruneCriteria(rules: OneOrMore<RetentionRule>): readonly PruneCriteria[] {
  return listOf(rules).map((rule) => {
    checkNames(rule, RULE_NAMES, 'retention rule');
    const { after, state, workflow } = rule;
    return {
      afterMs: durationMs(after, 'after of a retention rule'),
      states: state === undefined ? null : listOf(state).map(finalState),
      workflows:
        workflow === undefined
          ? null
          : listOf(workflow).map((name) => checkName(name, 'workflow of a retention rule')),
    };
  });
}

function finalState<T extends string>(state: T): T {
  if ((FINAL_STATES as readonly string[]).includes(state)) return state;
  throw invalid('state of a retention rule', state, FINAL_STATES.map((one) => `"${one}"`).join(' or '));
}
