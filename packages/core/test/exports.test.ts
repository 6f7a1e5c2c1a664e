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
      "createRegistry",
      "currentRun",
      "isHoldfastError",
      "memoryStore",
      "now",
      "queue",
      "random",
      "sleep",
      "step",
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
      "NO_LIMITS",
      "NonDeterminismError",
      "NonRetryableError",
      "PLAIN_TERMS",
      "RUN_STATES",
      "StepMethod",
      "Transaction",
      "UNCHECKED_INPUT",
      "UNDEFINED",
      "WorkflowMethod",
      "ambient",
      "callable",
      "cancelledOutcome",
      "changedLimits",
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
      "foregroundClock",
      "idConflict",
      "isFinal",
      "isHoldfastError",
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
      "shutDown",
      "silentLogger",
      "sleep",
      "step",
      "stepPolicy",
      "systemClock",
      "timeoutMs",
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
