/**
 * How the commands for one work tree are kept in it, as plain data: whoever starts a program puts `prefix` before it and
 * adds `environment` to its variables.
 */
export interface Confinement {
  /** Program and arguments that start another program within its limits; empty: nothing is put before it. */
  readonly prefix: readonly string[];
  /** Variables such as private caches, over the allowlisted ones. */
  readonly environment: Readonly<Record<string, string>>;
}

export const UNCONFINED: Confinement = { prefix: [], environment: {} };
