import { HoldfastError } from '../errors/index.js';
import { decorator, type MethodDecorator, methodOf, type WorkflowMethod } from './decorators.js';
import { checkScheduleName, type ScheduleOptions, scheduleOf } from './schedule.js';
import type { Workflow } from './workflow.js';
import { definitionOf } from './workflow.js';

/** Options of a scheduled method. */
export interface ScheduledOptions extends Omit<ScheduleOptions, 'registry'> {
  /** The schedule's name. Default: that of the workflow. */
  readonly name?: string;
}

/**
 * Starts a workflow method by the clock: it gets the moment of the tick as its first argument. Stands above `@Workflow`.
 * The schedule of an instance's method is there once the instance is listed in `new Holdfast({ workflows: [instance] })`.
 *
 * @throws HoldfastError INVALID_CRON, INVALID_TIME_ZONE, INVALID_OPTION, INVALID_NAME, DUPLICATE_SCHEDULE.
 * @example class Reports { @Scheduled('0 3 * * *') @Workflow() async nightly(scheduledAt: Date) { … } }
 */
export function Scheduled(cron: string, options: ScheduledOptions = {}): MethodDecorator {
  return decorator((body, key, whenStatic) => {
    const method = methodOf(body);
    if (!method) throw notAWorkflow(key);
    // So that a mistake shows where it was made, and not where an instance is listed.
    scheduleOf(options.name ?? method.name, cron, { ...method, input: undefined }, options);
    const defined = new WeakSet<Workflow>();
    const define = (workflow: Workflow, prefix: string | undefined): void => {
      if (defined.has(workflow)) return;
      defined.add(workflow);
      addSchedule(method, workflow, cron, named(options, prefix));
    };
    method.whenBound.push(define);
    // With `experimentalDecorators` a static method is bound by now.
    whenStatic((owner) => {
      const workflow = method.bound.get(owner);
      if (workflow) define(workflow, undefined);
    });
    return body;
  });
}

function named({ name, ...options }: ScheduledOptions, prefix: string | undefined): ScheduledOptions {
  if (name === undefined) return options;
  return { ...options, name: prefix === undefined ? name : `${prefix}.${checkScheduleName(name)}` };
}

function addSchedule(
  method: WorkflowMethod,
  workflow: Workflow,
  cron: string,
  { name, ...options }: ScheduledOptions,
): void {
  const definition = definitionOf(workflow)!;
  method.registry.addSchedule(scheduleOf(name ?? definition.name, cron, definition, options));
}

function notAWorkflow(method: string): HoldfastError {
  return new HoldfastError(
    'INVALID_OPTION',
    `@Scheduled on "${method}" needs a workflow below it: @Scheduled('0 3 * * *') @Workflow() async ${method}(scheduledAt: Date).`,
  );
}
