import { indexes } from './indexes.js';
import { steady } from './steady/steady.js';
import type { Study } from './study.js';

/** All studies, in the order in which they are shown. */
export const STUDIES: readonly Study[] = [indexes, steady];
