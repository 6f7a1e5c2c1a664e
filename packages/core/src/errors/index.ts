export {
  type ErrorCode,
  HoldfastError,
  type HoldfastErrorOptions,
  isHoldfastError,
} from './holdfast-error.js';
export { type CallSide, NonDeterminismError } from './non-determinism.js';
export { isNonRetryable, NonRetryableError } from './non-retryable.js';
