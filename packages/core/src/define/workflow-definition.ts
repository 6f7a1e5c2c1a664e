import type { StandardSchema } from './standard-schema.js';
import type { WorkflowControl } from './workflow-control.js';

/** What a workflow is, apart from its types: a name, a version, and the function that replays. */
export interface WorkflowDefinition {
  readonly name: string;
  /** The workflow's own version; undefined means the app's. */
  readonly version: string | undefined;
  /** Whether there is at most one unfinished run of it. */
  readonly isSingleton: boolean;
  /** Checks the one argument before a run is recorded. */
  readonly input: StandardSchema | undefined;
  readonly control: WorkflowControl;
  readonly body: (...args: readonly never[]) => unknown;
}
