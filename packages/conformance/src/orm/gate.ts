/** Something that tests hold back until they say so. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open!: () => void;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** Where so many wait for each other, once: who comes later finds it open. */
export function meeting(size: number): () => Promise<void> {
  const { passed, open } = gate();
  let here = 0;
  return () => {
    here += 1;
    if (here === size) open();
    return passed;
  };
}

/** Looks until something holds. Fails the test by its timeout if it never does. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
