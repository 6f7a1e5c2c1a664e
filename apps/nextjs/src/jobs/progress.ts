import { stream } from '@holdfast/core';
import { registry } from './registry';

/** How far a report has come, one entry for each thing done. */
export interface Progress {
  readonly done: number;
  readonly of: number;
  readonly text: string;
}

export const progress = stream<Progress>('progress', { registry });
