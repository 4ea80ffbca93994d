import { createHash } from "node:crypto";

const TRACKS = "refs/mac/specs/tracks/";

/** Where the versions of a track's backlog and tasks are, in control.git. */
export function trackSpecsRef(trackId: string): string {
  return `${TRACKS}${trackId}`;
}

/** What all of these refs begin with. */
export const TRACK_SPECS = TRACKS;

/**
 * Where the versions of a plan are. `file` is its path as the user knows it, such as tasks/PLAN.md: readable, and with
 * a hash, since a ref may not be named like every file, nor differ from another in case alone.
 */
export function planSpecsRef(file: string): string {
  const readable = file.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  const hash = createHash("sha256").update(file).digest("hex").slice(0, 8);
  return `refs/mac/specs/plans/${readable.slice(0, 60)}-${hash}`;
}
