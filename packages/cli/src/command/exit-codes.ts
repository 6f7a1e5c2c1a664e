/** How the command ends. Documented in the README and in `holdfast --help`. */
export const EXIT = {
  /** All was done, all is well. */
  fine: 0,
  /** Trouble was found, or what was asked for could not be done. */
  trouble: 1,
  /** The command was called wrongly: nothing was done. */
  wrongUse: 2,
  /** The database cannot be reached, or is not what this version of Holdfast works with. */
  noDatabase: 3,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;
