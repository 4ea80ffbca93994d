/**
 * What a process did to a disk, in order. A change may be on disk from the moment it is in the trace; it is there for
 * certain once a sync that covers it is.
 */
export type DiskEvent = DiskChange | DiskSync | Mark;

/** Of a file's content: bytes at its end. Of a folder: names that lead somewhere else from then on (undefined: nowhere). */
export type DiskChange =
  | { readonly kind: "write"; readonly id: number; readonly file: number; readonly bytes: string }
  | { readonly kind: "names"; readonly id: number; readonly names: Readonly<Record<string, Target | null>> };

export type Target = { readonly file: number } | "folder";

export interface DiskSync {
  readonly kind: "sync";
  /** Changes that had been made when it began. */
  readonly covers: readonly number[];
}

/** Something the process knew from then on, or began. */
export interface Mark {
  readonly kind: "mark";
  readonly what: string;
  readonly value: string;
}
