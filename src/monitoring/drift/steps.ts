import type { TraceEvent, TraceTask } from "../agentTrace.ts";
import type { ScopeMap } from "./scopeMap.ts";
import { shellPaths } from "./shellPaths.ts";

export type Call = Extract<TraceEvent, { kind: "call" }>;

/** An event with what it means after all that came before. */
export interface Step {
  readonly event: TraceEvent;
  /** Something in the task's files is other than before. */
  readonly isChange: boolean;
  /** The work got on: a change, something new looked at, a command with another outcome. */
  readonly isProgress: boolean;
  /** Undefined for anything but calls. */
  readonly call: CallStep | undefined;
}

export interface CallStep {
  /** The same for calls that do the same. */
  readonly key: string;
  /** How often it was made with this outcome since the last change, this time included. */
  readonly timesSinceChange: number;
  /** Its outcome was seen to differ with nothing changed between: running it again says something. */
  readonly isFlaky: boolean;
  /** A check the task itself names. */
  readonly isNamedCheck: boolean;
  readonly inside: readonly string[];
  /** Written, or to be written, outside the task's scope. */
  readonly outside: readonly string[];
  readonly read: readonly string[];
  readonly removed: readonly string[];
}

/** New things that count as progress until something is changed; who looks on after that is not getting on. */
const NEW_THINGS = 40;
/** Of these, such that lie far from the task. */
const FAR_THINGS = 12;
/** Whoever still does not know what a flaky command does after this many runs will not learn it by another. */
const MOST_RERUNS = 20;
const SHORTEST_CHECK = 6;
const MAX_DEPTH = 40;

/** Reads events one after the other; keeps what it has seen. */
export class StepReader {
  private readonly task: TraceTask;
  private readonly map: ScopeMap;
  private readonly written = new Set<string>();
  /** By key: how often since the last change in all, how often with the last outcome, and which that is. */
  private readonly since = new Map<string, { runs: number; times: number; outcome: Call["outcome"] }>();
  private readonly flaky = new Set<string>();
  private readonly known = new Set<string>();
  private newThings = 0;
  private farThings = 0;
  private difference = "";
  private readonly words: string;

  constructor(task: TraceTask, map: ScopeMap) {
    this.task = task;
    this.map = map;
    this.words = singleSpaced(task.words);
  }

  read(event: TraceEvent): Step {
    if (event.kind === "difference") return this.readDifference(event);
    if (event.kind !== "call") return { event, isChange: false, isProgress: false, call: undefined };
    const call = this.readCall(event);
    const isChange = this.changes(event, call);
    const isProgress = isChange || this.progresses(event, call);
    this.known.add(call.key);
    if (isChange) this.forget();
    return { event, isChange, isProgress, call };
  }

  private readDifference(event: Extract<TraceEvent, { kind: "difference" }>): Step {
    const seen = `${event.files} ${event.lines}`;
    const isChange = seen !== this.difference && (this.difference !== "" || event.lines > 0);
    this.difference = seen;
    if (isChange) this.forget();
    return { event, isChange, isProgress: isChange, call: undefined };
  }

  private readCall(event: Call): CallStep {
    // A host's shell tool takes a description too, which is worded anew each time.
    const key = event.command === undefined ? event.fingerprint : `${event.tool} ${singleSpaced(event.command)}`;
    const before = this.since.get(key);
    const runs = (before?.runs ?? 0) + 1;
    const isOther = before !== undefined && before.outcome !== event.outcome;
    if (isOther && event.does === "shell") this.flaky.add(key);
    const times = isOther && runs < MOST_RERUNS ? 1 : (before?.times ?? 0) + 1;
    this.since.set(key, { runs, times, outcome: event.outcome });
    const shell = event.command === undefined ? undefined : shellPaths(event.command);
    const written = event.does === "write" ? event.paths : (shell?.written ?? []);
    const mayWrite = (path: string) => suffixesOf(path).some((suffix) => this.task.mayWrite(suffix));
    // Where the work tree lies is not known here; a host says so by naming paths in it without its own.
    const isElsewhere = (path: string) => !mayWrite(path) && !isScratch(path) && !(shell && path.startsWith("/"));
    return {
      key,
      timesSinceChange: times,
      isFlaky: this.flaky.has(key) && runs < MOST_RERUNS,
      isNamedCheck: event.command !== undefined && this.names(event.command),
      inside: written.filter(mayWrite),
      outside: written.filter(isElsewhere),
      read: event.does === "read" ? event.paths : (shell?.read ?? []),
      removed: (shell?.removed ?? []).filter((path) => !isScratch(path)),
    };
  }

  /** A write that was made before, word for word, takes back what came between: nothing is gained. */
  private changes(event: Call, { key, inside, outside }: CallStep): boolean {
    const isWrite = event.does === "write" ? outside.length === 0 : inside.length > 0;
    if (event.outcome !== "ok" || !isWrite || this.written.has(key)) return false;
    this.written.add(key);
    return true;
  }

  private progresses(event: Call, { key, timesSinceChange, read }: CallStep): boolean {
    if (timesSinceChange > 1 || event.outcome === "refused") return false;
    // Made before, but not since the last change, or with another outcome.
    if (this.known.has(key)) return event.does === "shell";
    if (event.outcome !== "ok" && event.does !== "shell") return false;
    const isFar = read.length > 0 && read.every((path) => this.map.distance(path) > 0);
    if (isFar && ++this.farThings > FAR_THINGS) return false;
    return ++this.newThings <= NEW_THINGS;
  }

  private forget(): void {
    this.since.clear();
    this.newThings = 0;
    this.farThings = 0;
  }

  private names(command: string): boolean {
    return command
      .split(/&&|\|\|?|;|\n/u)
      .map((part) => singleSpaced(part.replace(/\s[0-9]?>.*$/su, "")))
      .some((part) => part.length >= SHORTEST_CHECK && part.includes(" ") && this.words.includes(part));
  }
}

const singleSpaced = (text: string) => text.replace(/\s+/gu, " ").trim();

/** A path as given; of an absolute one all that it may be called from a folder it lies in. */
function suffixesOf(path: string): string[] {
  if (!path.startsWith("/")) return [path];
  const names = path.split("/").slice(1, MAX_DEPTH);
  return names.map((_, index) => names.slice(index).join("/"));
}

/** Where everybody may leave things, and what tools leave behind. */
function isScratch(path: string): boolean {
  return /^\/(?:tmp|var\/tmp|dev)\/|(?:^|\/)(?:node_modules|dist|build|target|coverage|\.cache|__pycache__)\/|\.(?:log|tmp|out)$/u.test(
    path,
  );
}
