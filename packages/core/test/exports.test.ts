import { expect, test } from 'vitest';
import * as adapter from '../src/adapter.js';
import * as index from '../src/index.js';
import * as internal from '../src/internal.js';

// What each door gives at run time. A change here is a change of the public API (internal: of our own packages).

const names = (door: object): string[] => Object.keys(door).sort();

test('@holdfast/core', () => {
  expect(names(index)).toMatchInlineSnapshot(`
    [
      "Holdfast",
      "HoldfastError",
      "NonDeterminismError",
      "NonRetryableError",
      "Step",
      "Transaction",
      "Workflow",
      "channel",
      "createRegistry",
      "currentRun",
      "event",
      "isHoldfastError",
      "memoryStore",
      "now",
      "queue",
      "random",
      "sleep",
      "step",
      "stream",
      "uuid",
      "workflow",
      "workflowOf",
    ]
  `);
});

test('@holdfast/core/adapter', () => {
  expect(names(adapter)).toMatchInlineSnapshot(`
    [
      "FINAL_STATES",
      "HoldfastError",
      "PLAIN_TERMS",
      "RUN_STATES",
      "isFinal",
      "isHoldfastError",
      "isMail",
      "runOf",
      "strangerOf",
      "touchedRuns",
      "transactionalSteps",
    ]
  `);
});

test('@holdfast/core/internal', () => {
  expect(names(internal)).toMatchInlineSnapshot(`
    [
      "ClassRegistry",
      "DEFINITION",
      "Delivery",
      "Derived",
      "Engine",
      "FINAL_STATES",
      "History",
      "Holdfast",
      "HoldfastError",
      "MAIL",
      "NO_LIMITS",
      "NonDeterminismError",
      "NonRetryableError",
      "PLAIN_TERMS",
      "RUN_STATES",
      "StepMethod",
      "StreamReader",
      "Transaction",
      "UNCHECKED_INPUT",
      "UNDEFINED",
      "WorkflowMethod",
      "ambient",
      "callable",
      "cancelledOutcome",
      "changedLimits",
      "channel",
      "checkMessageKey",
      "checkName",
      "checkRunId",
      "createCodec",
      "createRegistry",
      "currentRun",
      "defaultRegistry",
      "definitionOf",
      "duplicateQueue",
      "duplicateWorkflow",
      "durationMs",
      "event",
      "foregroundClock",
      "idConflict",
      "isFinal",
      "isHoldfastError",
      "isMail",
      "isNonRetryable",
      "joinedRun",
      "memoryStore",
      "notLaunched",
      "now",
      "queue",
      "queueName",
      "random",
      "retryDelayMs",
      "retryPolicy",
      "retryVerdict",
      "runNotFound",
      "runOf",
      "shutDown",
      "silentLogger",
      "sleep",
      "step",
      "stepPolicy",
      "strangerOf",
      "stream",
      "systemClock",
      "timeoutMs",
      "timeoutOf",
      "touchedRuns",
      "transactionalSteps",
      "uuid",
      "waitUntil",
      "workflow",
      "workflowOf",
      "workflowScope",
      "workflowsOf",
    ]
  `);
});
