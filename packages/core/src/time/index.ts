export { type CancelTimer, type Clock, foregroundClock, systemClock, waitUntil } from './clock.js';
export { type Duration, durationMs } from './duration.js';
export { isMoment } from './moment.js';
