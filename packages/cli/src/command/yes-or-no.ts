import { InvalidArgumentError } from 'commander';

/** Reads an option that is `yes` or `no`. */
export function yesOrNo(text: string): boolean {
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new InvalidArgumentError('It must be yes or no.');
}
