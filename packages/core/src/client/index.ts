export type { CancelOptions, ControlStartOptions } from './control-options.js';
export type { RunHandle } from './handle.js';
export { Holdfast, type Starter } from './holdfast.js';
export type { HoldfastOptions, NamedClass, StartOptions } from './options.js';
export type { Runs, RunView, StepView } from './runs.js';
