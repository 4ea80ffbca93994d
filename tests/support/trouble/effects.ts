import { mock } from "bun:test";
import * as childProcess from "node:child_process";
import * as files from "node:fs/promises";
import { isAbsolute } from "node:path";

/** Something a process does to the world outside of it, or asks of it. */
export interface Effect {
  readonly kind: "file" | "git" | "process" | "event" | "host" | "tool";
  /** What it is, the same in every run of the same track: without process ids, hashes and temporary names. */
  readonly name: string;
  /** Whether something that matters is another one afterwards: folders and permissions, which come again, do not. */
  readonly writes: boolean;
}

/** A moment of an effect at which something can be done to it or to its process. */
export interface Interference {
  /** Throws in place of the effect, or makes the process end. */
  readonly before?: (effect: Effect) => void;
  /** Of a program that was started and has not ended. */
  readonly during?: (effect: Effect) => void;
  readonly after?: (effect: Effect) => void;
  /** Another program in place of the one that is about to be started; it gets no input. */
  readonly instead?: (effect: Effect) => readonly string[] | undefined;
}

type Call = (...args: readonly unknown[]) => unknown;

/** What of node:fs/promises is an effect, and whether it changes anything. `open` is told apart by its flags. */
const FILE_CALLS: Readonly<Record<string, boolean>> = {
  ...{ readFile: false, readdir: false, readlink: false, realpath: false, lstat: false, stat: false },
  ...{
    writeFile: true,
    rename: true,
    link: true,
    rm: true,
    copyFile: true,
    mkdir: false,
    mkdtemp: false,
    chmod: false,
  },
};

const HANDLE_CALLS: Readonly<Record<string, boolean>> = {
  ...{ appendFile: true, writeFile: true, sync: true, datasync: true },
};

const READING_GIT = new Set(
  "rev-parse for-each-ref ls-tree ls-files cat-file diff-tree diff-files diff-index log rev-list merge-base status config version var check-ignore check-attr diff show symbolic-ref worktree".split(
    " ",
  ),
);

/**
 * Puts `interference` between this process and the world: files by node:fs/promises, and programs. Has to be called before
 * anything of `src` is imported. `folder` is where everything takes place: what is outside is no effect.
 */
export function interfere(folder: string, interference: Interference): void {
  const real = { ...files };
  const shown = (text: string) => anonymous(text.replaceAll(folder, ""));
  const isOurs = (path: unknown): path is string => typeof path === "string" && path.startsWith(folder);

  const wrapped = (effect: Effect, act: () => unknown): Promise<unknown> => passThrough(effect, act, interference);

  const wrapHandle = (handle: files.FileHandle, path: string): files.FileHandle =>
    new Proxy(handle, {
      get(target, property) {
        const member: unknown = Reflect.get(target, property, target);
        if (typeof member !== "function") return member;
        const writes = HANDLE_CALLS[String(property)];
        if (writes === undefined) return member.bind(target);
        const effect: Effect = { kind: "file", name: `${String(property)} ${shown(path)}`, writes };
        return (...args: unknown[]) => wrapped(effect, () => member.apply(target, args));
      },
    });

  const changed: Record<string, Call> = {};
  for (const [name, writes] of Object.entries(FILE_CALLS)) {
    const original = Reflect.get(real, name) as Call;
    changed[name] = (...args) => {
      const path = args.find(isOurs);
      if (path === undefined) return original(...args);
      const target = name === "rename" || name === "link" ? String(args[1]) : path;
      return wrapped({ kind: "file", name: `${name} ${shown(target)}`, writes }, () => original(...args));
    };
  }
  changed.open = async (...args) => {
    const [path, flags = "r"] = args;
    const open = real.open as unknown as (...args: readonly unknown[]) => Promise<files.FileHandle>;
    if (!isOurs(path)) return open(...args);
    const writes = /[wa]/.test(String(flags));
    const effect: Effect = { kind: "file", name: `open ${shown(path)} ${String(flags)}`, writes };
    return wrapHandle((await wrapped(effect, () => open(...args))) as files.FileHandle, path);
  };
  mock.module("node:fs/promises", () => ({ ...real, ...changed, default: { ...real, ...changed } }));

  const spawn = childProcess.spawn as unknown as (...args: readonly unknown[]) => childProcess.ChildProcess;
  const spawnWithTrouble = (command: string, args: readonly string[], options: object) => {
    const effect = programEffect(command, args, shown);
    interference.before?.(effect);
    const [program = command, ...rest] = interference.instead?.(effect) ?? [command, ...args];
    const child = spawn(program, rest, options);
    interference.during?.(effect);
    child.on("exit", () => interference.after?.(effect));
    return child;
  };
  mock.module("node:child_process", () => ({
    ...childProcess,
    spawn: spawnWithTrouble,
    default: { ...childProcess, spawn: spawnWithTrouble },
  }));
}

/** An effect that is none of node's modules: an event that is recorded, an agent that is asked. */
export async function passThrough<Value>(
  effect: Effect,
  act: () => Value | Promise<Value>,
  { before, after }: Interference,
): Promise<Value> {
  // Without a pause until it acts: the order of calls is part of what is tested.
  before?.(effect);
  const value = await act();
  after?.(effect);
  return value;
}

function programEffect(command: string, args: readonly string[], shown: (text: string) => string): Effect {
  if (command !== "git")
    return { kind: "process", name: shown([command, ...args].join(" ")).slice(0, 120), writes: true };
  const [verb = "", ...rest] = withoutSettings(args);
  const name = shown(["git", verb, ...rest.filter((word) => !isAbsolute(word))].join(" ")).slice(0, 120);
  return { kind: "git", name, writes: !READING_GIT.has(verb) };
}

function withoutSettings(args: readonly string[]): readonly string[] {
  const rest = [...args];
  for (;;) {
    if (rest[0] === "-c" || rest[0] === "-C") rest.splice(0, 2);
    else if (rest[0]?.startsWith("--")) rest.shift();
    else return rest;
  }
}

const CHANGING: readonly (readonly [RegExp, string])[] = [
  [/\d{8}-\d{9}-[0-9a-f]{6}/g, "RUN"],
  [/\b[0-9a-f]{32,64}\b/g, "HASH"],
  [/\b\d{15}-[0-9a-f]{8}\b/g, "REQUEST"],
  [/\.\d+-[0-9a-f]{8}\.tmp/g, ".tmp"],
  [/\.HASH-[0-9a-f]{8}\.tmp/g, ".tmp"],
  [/epoch-\d+/g, "epoch"],
  [/project-[0-9a-f]+/g, "project"],
  [/((?:mac|git|index|snapshot|objects|merge)[-\w]*-)[A-Za-z0-9]{6}\b/g, "$1*"],
];

/** The text without what differs from run to run. */
function anonymous(text: string): string {
  return CHANGING.reduce((shown, [pattern, name]) => shown.replace(pattern, name), text);
}
