import type { Scenario } from '../scenario.js';
import { changing } from './changing.js';
import { compensation } from './compensation.js';
import { control } from './control.js';
import { looking } from './looking.js';
import { messages } from './messages.js';
import { queues } from './queues.js';
import { repair } from './repair.js';
import { schedules } from './schedules.js';
import { startingRuns } from './starting-runs.js';

/** The scenarios of all examples, by where they are. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [changing, compensation, control, looking, messages, queues, repair, schedules, startingRuns].flatMap(
    (of) => Object.entries(of),
  ),
);
