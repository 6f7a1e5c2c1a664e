import { idle } from './idle.js';
import { indexes } from './indexes.js';
import { replay } from './replay/replay.js';
import { steady } from './steady/steady.js';
import type { Study } from './study.js';

/** All studies, in the order in which they are shown. */
export const STUDIES: readonly Study[] = [replay, idle, indexes, steady];
