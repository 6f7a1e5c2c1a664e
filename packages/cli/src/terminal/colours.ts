import pico from 'picocolors';

export type Colours = ReturnType<typeof pico.createColors>;

/** What decides whether there are colours. */
export interface ColourChoice {
  readonly isTerminal: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether `--no-color` was given. */
  readonly isRefused: boolean;
}

/** Colours only on a terminal, unless FORCE_COLOR asks for them; never with NO_COLOR or `--no-color`. */
export function coloursFor({ isTerminal, env, isRefused }: ColourChoice): Colours {
  const isForced = Boolean(env['FORCE_COLOR']) && env['FORCE_COLOR'] !== '0';
  const isWanted = isForced || (isTerminal && env['TERM'] !== 'dumb' && env['FORCE_COLOR'] !== '0');
  return pico.createColors(isWanted && !env['NO_COLOR'] && !isRefused);
}
