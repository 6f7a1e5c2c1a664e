export { type CancelTimer, type Clock, systemClock, waitUntil } from './clock.js';
export { type Duration, durationMs } from './duration.js';
