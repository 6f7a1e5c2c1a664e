import { counts } from './counts.js';
import { finished } from './finished/finished.js';
import { idle } from './idle.js';
import { imports } from './imports/imports.js';
import { indexes } from './indexes.js';
import { orms } from './orms/orms.js';
import { replay } from './replay/replay.js';
import { sleepers } from './sleepers/sleepers.js';
import { steady } from './steady/steady.js';
import type { Study } from './study.js';
import { workers } from './workers/workers.js';

/** All studies, in the order in which they are shown. */
export const STUDIES: readonly Study[] = [
  counts,
  orms,
  replay,
  idle,
  sleepers,
  finished,
  workers,
  imports,
  indexes,
  steady,
];
