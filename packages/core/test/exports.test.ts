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
      "Scheduled",
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
      "schedule",
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
      "DEATHS_KEPT",
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
      "DEATHS_KEPT",
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
      "ScheduledMethod",
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
      "checkScheduleName",
      "createCodec",
      "createRegistry",
      "currentRun",
      "defaultRegistry",
      "definitionOf",
      "duplicateQueue",
      "duplicateSchedule",
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
      "planOf",
      "queue",
      "queueName",
      "random",
      "retryDelayMs",
      "retryPolicy",
      "retryVerdict",
      "runNotFound",
      "runOf",
      "schedule",
      "scheduleOf",
      "shutDown",
      "silentLogger",
      "sleep",
      "step",
      "stepPolicy",
      "strangerOf",
      "stream",
      "systemClock",
      "ticksOf",
      "timeoutMs",
      "timeoutOf",
      "touchedRuns",
      "transactionalSteps",
      "unknownWorkflow",
      "uuid",
      "waitUntil",
      "workflow",
      "workflowOf",
      "workflowScope",
      "workflowsOf",
    ]
  `);
});
