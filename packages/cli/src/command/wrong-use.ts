/** The command was called wrongly, or must not go on without being told more. */
export class WrongUse extends Error {
  /** What to do. */
  readonly advice: string | undefined;

  constructor(message: string, advice?: string) {
    super(message);
    this.advice = advice;
  }
}

/** The work was done as far as it could be, all was said, and not all is well. */
export class FoundTrouble extends Error {
  constructor() {
    super('Not all is well.');
  }
}
