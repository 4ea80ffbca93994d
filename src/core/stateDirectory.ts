import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";

/**
 * Where everything of ours for one repository lives: outside that repository, shared by all its worktrees.
 * Paths only; nothing is read or made here.
 */
export interface StateDirectory {
  readonly root: string;
  /** The trusted bare repository: only our code runs git on it. */
  readonly controlGit: string;
  /** Worker slots: numbered from 1, recycled from task to task. */
  slotDirectory(number: number): string;
  slotGit(number: number): string;
  /** Gate slots: what decides about landing runs there; no agent ever enters one. */
  gateDirectory(number: number): string;
  gateGit(number: number): string;
  /** Index files of ours, one a work tree that is snapshotted. */
  readonly indexes: string;
  /** Says whose files lie in a slot. */
  slotHolder(number: number): string;
  /** Folders for temporary files and caches of what runs in a slot. */
  slotScratch(number: number): string;
  gateScratch(number: number): string;
  /** What `setup` installed, to be copied into slots. */
  readonly images: string;
  readonly runs: string;
  runDirectory(runId: string): string;
  /** What agents were sent, did and said, by the hash of its content; for all runs. */
  readonly artifacts: string;
  /** What of it a run made, and from what. */
  runArtifacts(runId: string): string;
  /** What `clean` set aside, a folder a run. */
  readonly kept: string;
  keptRun(runId: string): string;
  readonly locks: string;
  trackLock(trackId: string): string;
  slotLease(number: number): string;
  gateLease(number: number): string;
}

/**
 * `${XDG_DATA_HOME:-~/.local/share}/multi-agent-coder/<name>-<hash>/`. `commonGitDir` is the real path of the
 * repository's common git directory: linked worktrees of one repository share its state. A relative
 * `XDG_DATA_HOME` is ignored, as the XDG specification asks.
 */
export function stateDirectoryFor(commonGitDir: string, environment: NodeJS.ProcessEnv): StateDirectory {
  const hash = createHash("sha256").update(commonGitDir).digest("hex").slice(0, 12);
  const root = join(dataDirectory(environment), `${repositoryName(commonGitDir)}-${hash}`);
  const locks = join(root, "locks");
  const runs = join(root, "runs");
  const kept = join(root, "kept");
  return {
    root,
    controlGit: join(root, "control.git"),
    slotDirectory: (number) => join(root, `slot-${number}`),
    slotGit: (number) => join(root, `slot-${number}.git`),
    gateDirectory: (number) => join(root, `gate-${number}`),
    gateGit: (number) => join(root, `gate-${number}.git`),
    indexes: join(root, "indexes"),
    slotHolder: (number) => join(root, "indexes", `slot-${number}.holder`),
    slotScratch: (number) => join(root, "scratch", `slot-${number}`),
    gateScratch: (number) => join(root, "scratch", `gate-${number}`),
    images: join(root, "images"),
    runs,
    runDirectory: (runId) => join(runs, runId),
    artifacts: join(root, "artifacts"),
    runArtifacts: (runId) => join(runs, runId, "artifacts.jsonl"),
    kept,
    keptRun: (runId) => join(kept, runId),
    locks,
    trackLock: (trackId) => join(locks, `track-${trackId}.lock`),
    slotLease: (number) => join(locks, `slot-${number}.lease`),
    gateLease: (number) => join(locks, `gate-${number}.lease`),
  };
}

/** `${XDG_DATA_HOME:-~/.local/share}/multi-agent-coder`: what is ours on this machine, over all repositories. */
export function dataDirectory(environment: NodeJS.ProcessEnv): string {
  return join(dataHome(environment), "multi-agent-coder");
}

function dataHome(environment: NodeJS.ProcessEnv): string {
  const configured = environment.XDG_DATA_HOME;
  if (configured?.startsWith("/")) return configured;
  return join(environment.HOME ?? "/", ".local", "share");
}

/** The folder's name for people who look into the data folder; the hash is what keeps repositories apart. */
function repositoryName(commonGitDir: string): string {
  const folder = basename(commonGitDir);
  const name = folder === ".git" ? basename(dirname(commonGitDir)) : folder.replace(/\.git$/, "");
  const sanitised = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "");
  return sanitised.slice(0, 40) || "repository";
}
