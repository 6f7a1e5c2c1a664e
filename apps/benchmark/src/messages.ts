/** What a measured process says. */
export type FromMeasured =
  | { readonly kind: 'ready' }
  /** The contender knows nothing of the kind. */
  | { readonly kind: 'cannot' }
  | {
      readonly kind: 'done';
      readonly units: number;
      readonly tookMs: number;
      readonly cpuMs: number;
      readonly waitsMs: readonly number[];
    };
