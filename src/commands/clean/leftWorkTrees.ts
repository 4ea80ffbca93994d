import { lstat, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { endLeftoverProcesses } from "../../core/leftoverProcesses.ts";
import type { SlotKind } from "../../git/slot.ts";
import { setUnsavedAside } from "../../implementation/slots/unsavedWork.ts";
import { acquireLock } from "../../recovery/lock.ts";
import type { CleanScene } from "./cleanScene.ts";
import { removeMade } from "./removeMade.ts";

interface WorkTree {
  readonly kind: SlotKind;
  readonly number: number;
  /** As its folder is called. */
  readonly name: string;
  readonly directory: string;
  readonly lease: string;
  /** Everything that was made for it. */
  readonly paths: readonly string[];
}

/**
 * Removes the work trees that journals, or leases of ours, name and no live process has leased, with their repositories,
 * temporary files and indexes. The lease is held meanwhile. What an agent had not handed in when its process died is kept
 * first.
 */
export async function removeWorkTrees(scene: CleanScene): Promise<void> {
  for (const tree of await workTreesOf(scene)) {
    if (scene.signal.aborted) return;
    if (await isAnyThere(tree.paths)) await removeWorkTree(tree, scene);
  }
}

async function removeWorkTree(tree: WorkTree, scene: CleanScene): Promise<void> {
  const { clock, identity, ledger, state } = scene;
  const lease = await acquireLock(tree.lease, { clock, identity, purpose: "clean", timeoutMs: 0 });
  if (!lease.ok) {
    const { failure } = lease;
    const who =
      failure.reason === "held" ? `process ${failure.owner.pid} works there (${failure.purpose})` : failure.message;
    ledger.keep(`${tree.name}: ${who}`);
    return;
  }
  try {
    await endLeftoverProcesses(tree.directory);
    const obstacle = await keepUnsavedWork(tree, scene);
    if (obstacle !== undefined) {
      ledger.keep(`${tree.name}: ${obstacle}`);
      return;
    }
    let bytes = 0;
    for (const path of tree.paths) {
      const removed = await removeMade(state.root, path);
      if (removed.ok) bytes += removed.value ?? 0;
      else ledger.keep(`${path}: ${removed.failure}`);
    }
    ledger.remove(tree.name, bytes);
  } finally {
    await lease.value.release();
  }
}

/** @returns why the work could not be kept, in which case the work tree stays */
async function keepUnsavedWork(tree: WorkTree, scene: CleanScene): Promise<string | undefined> {
  const { control, ledger, state, user } = scene;
  if (tree.kind === "gate") return undefined;
  const aside = await setUnsavedAside(tree.number, { control, state, author: user.identity });
  if (!aside.ok) return aside.failure;
  const work = aside.value;
  // Its ref is another one once its run is set aside.
  if (work !== undefined)
    ledger.setAside(`What ${work.task} had not handed in: git --git-dir='${control.directory}' show ${work.commit}`);
  return undefined;
}

async function workTreesOf(scene: CleanScene): Promise<readonly WorkTree[]> {
  const [slots, gates] = await Promise.all([numbersOf("worker", scene), numbersOf("gate", scene)]);
  const indexes = await readdir(scene.state.indexes).catch(() => []);
  return [
    ...slots.map((number) => workTree("worker", number, scene, indexes)),
    ...gates.map((number) => workTree("gate", number, scene, indexes)),
  ];
}

function workTree(kind: SlotKind, number: number, { state }: CleanScene, indexes: readonly string[]): WorkTree {
  const isWorker = kind === "worker";
  const directory = isWorker ? state.slotDirectory(number) : state.gateDirectory(number);
  const git = isWorker ? state.slotGit(number) : state.gateGit(number);
  const scratch = isWorker ? state.slotScratch(number) : state.gateScratch(number);
  const ofIndex = new RegExp(
    `^(${isWorker ? "worker|slot" : "gate"})-${number}(-checkout(-compared)?|\\.history|\\.holder)?(\\.lock)?$`,
  );
  // That of snapshots is made by the saving itself.
  const names = new Set([...indexes.filter((name) => ofIndex.test(name)), ...(isWorker ? [`slot-${number}`] : [])]);
  const ownIndexes = [...names].map((name) => join(state.indexes, name));
  const lease = isWorker ? state.slotLease(number) : state.gateLease(number);
  return { kind, number, name: basename(directory), directory, lease, paths: [directory, git, scratch, ...ownIndexes] };
}

/** A number is ours if a run says that it leased it, or the lease that it was taken. */
async function numbersOf(kind: SlotKind, { runs, state }: CleanScene): Promise<readonly number[]> {
  const states = runs.flatMap((run) => (run.state === undefined ? [] : [run.state]));
  const byRuns =
    kind === "gate"
      ? states.flatMap(({ gates }) => gates)
      : states.flatMap(({ slots, tasks }) => [...slots, ...[...tasks.values()].flatMap(({ slot }) => slot ?? [])]);
  const lease = kind === "gate" ? /^gate-(\d+)\.lease/ : /^slot-(\d+)\.lease/;
  const byLeases = (await readdir(state.locks).catch(() => [])).flatMap((name) => lease.exec(name)?.[1] ?? []);
  return [...new Set([...byRuns, ...byLeases.map(Number)])].sort((a, b) => a - b);
}

async function isAnyThere(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => lstat(path).catch(() => undefined)));
  return found.some((status) => status !== undefined);
}
