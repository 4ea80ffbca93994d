import { dirname } from "node:path";
import type { DiskChange, DiskEvent, Mark, Target } from "./diskTrace.ts";

/** What a disk may hold after a power cut: the content of each file; null: it is a folder. */
export type Disk = ReadonlyMap<string, Buffer | null>;

export interface CrashedDisk {
  readonly disk: Disk;
  /** What the process knew at the moments the disk may have looked like this at, each its marks in order. */
  readonly known: readonly (readonly Mark[])[];
}

/**
 * Disks that a power cut after any prefix of the trace may leave, each once. The usual model: what a sync covers is there;
 * of what was changed since, any part may be: names in folders independently of each other, and of what was written to a
 * file nothing, all, its beginning, its end with a hole before it, or its length alone.
 */
export function crashedDisks(trace: readonly DiskEvent[]): readonly CrashedDisk[] {
  const disks = new Map<string, { readonly disk: Disk; readonly known: Map<number, readonly Mark[]> }>();
  const certain = new Set<number>();
  const changes: DiskChange[] = [];
  const marks: Mark[] = [];
  for (const event of [...trace, undefined]) {
    for (const disk of disksAfter(changes, certain)) {
      const key = keyOf(disk);
      const seen = disks.get(key) ?? { disk, known: new Map() };
      seen.known.set(marks.length, [...marks]);
      disks.set(key, seen);
    }
    if (event?.kind === "sync") for (const id of event.covers) certain.add(id);
    else if (event?.kind === "mark") marks.push(event);
    else if (event !== undefined) changes.push(event);
  }
  return [...disks.values()].map(({ disk, known }) => ({ disk, known: [...known.values()] }));
}

type Survives = (change: DiskChange) => boolean;
type Remains = (written: Buffer) => Buffer;

function* disksAfter(changes: readonly DiskChange[], certain: ReadonlySet<number>): Generator<Disk> {
  const uncertain = changes.filter(({ id, kind }) => kind === "names" && !certain.has(id)).map(({ id }) => id);
  for (const names of subsets(uncertain)) {
    for (const remains of WHAT_REMAINS) {
      const survives: Survives = ({ id }) => certain.has(id) || names.has(id);
      yield diskOf(changes, survives, (id, written) => (certain.has(id) ? written : remains(written)));
    }
  }
}

/** All, none, each prefix, each one alone, and all but each one: with few uncertain names, that is every subset. */
function subsets(ids: readonly number[]): readonly ReadonlySet<number>[] {
  const lists = ids.flatMap((id, index) => [ids.slice(0, index), [id], ids.filter((other) => other !== id)]);
  return [...new Map([ids, [], ...lists].map((list) => [list.join(), new Set(list)])).values()];
}

const WHAT_REMAINS: readonly Remains[] = [
  (written) => written,
  () => Buffer.alloc(0),
  (written) => written.subarray(0, written.length / 2),
  (written) => Buffer.alloc(written.length),
  (written) => Buffer.concat([Buffer.alloc(Math.floor(written.length / 2)), written.subarray(written.length / 2)]),
];

function diskOf(
  changes: readonly DiskChange[],
  survives: Survives,
  remaining: (id: number, written: Buffer) => Buffer,
): Disk {
  const names = new Map<string, Target>();
  const contents = new Map<number, Buffer>();
  for (const change of changes) {
    if (change.kind === "write") {
      const before = contents.get(change.file) ?? Buffer.alloc(0);
      const after = remaining(change.id, Buffer.from(change.bytes, "base64"));
      contents.set(change.file, Buffer.concat([before, after]));
    } else if (survives(change)) {
      for (const [name, target] of Object.entries(change.names)) {
        if (target === null) names.delete(name);
        else names.set(name, target);
      }
    }
  }
  const roots = new Set(changes.flatMap((change) => (change.kind === "names" ? Object.keys(change.names) : [])));
  const isMade = (folder: string): boolean => !roots.has(folder) || (names.has(folder) && isMade(dirname(folder)));
  const reachable = [...names].filter(([name]) => isMade(dirname(name)));
  return new Map(
    reachable.map(([name, target]) => [
      name,
      target === "folder" ? null : (contents.get(target.file) ?? Buffer.alloc(0)),
    ]),
  );
}

function keyOf(disk: Disk): string {
  const hash = new Bun.CryptoHasher("sha256");
  for (const [name, content] of [...disk].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name}\0${content?.length ?? "folder"}\0`);
    if (content !== null) hash.update(content);
  }
  return hash.digest("hex");
}
