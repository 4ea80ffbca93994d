import { mock } from "bun:test";
import * as files from "node:fs/promises";
import { dirname } from "node:path";
import type { DiskChange, DiskEvent, Target } from "./diskTrace.ts";

type Call = (...args: readonly unknown[]) => Promise<unknown>;
type Unnumbered = DiskChange extends infer Change ? (Change extends DiskChange ? Omit<Change, "id"> : never) : never;

/**
 * Records what this process does below `folder` through node:fs/promises, while it does it. To be called before anything
 * of `src` is imported. What it does not know how to record it refuses.
 */
export function recordDisk(folder: string): DiskEvent[] {
  const real = { ...files };
  const trace: DiskEvent[] = [];
  const targets = new Map<string, Target>();
  /** Changes that have been made and are not known to be on disk, by what has to be synced for that. */
  const unsynced = new Map<string | number, number[]>();
  let changes = 0;
  let inodes = 0;
  const isOurs = (path: unknown): path is string => typeof path === "string" && path.startsWith(`${folder}/`);

  async function change<Value>(what: Unnumbered, syncedBy: string | number, act: () => Promise<Value>): Promise<Value> {
    changes += 1;
    const id = changes;
    trace.push({ ...what, id } as DiskChange);
    const value = await act();
    unsynced.set(syncedBy, [...(unsynced.get(syncedBy) ?? []), id]);
    return value;
  }

  async function sync(synced: string | number, act: () => Promise<unknown>): Promise<void> {
    const covers = unsynced.get(synced) ?? [];
    await act();
    trace.push({ kind: "sync", covers });
    unsynced.set(
      synced,
      (unsynced.get(synced) ?? []).filter((id) => !covers.includes(id)),
    );
  }

  function rename(names: Readonly<Record<string, Target | null>>, act: () => Promise<unknown>): Promise<unknown> {
    const [folderOfAll = "", ...others] = new Set(Object.keys(names).map((name) => dirname(name)));
    if (others.length > 0) throw new Error("a change over two folders is not modelled");
    for (const [name, target] of Object.entries(names)) {
      if (target === null) targets.delete(name);
      else targets.set(name, target);
    }
    return change({ kind: "names", names }, folderOfAll, act);
  }

  const recorded: Record<string, Call> = {
    rename: (from, to) => {
      const target = targetOf(from);
      return rename({ [String(from)]: null, [String(to)]: target }, () => real.rename(String(from), String(to)));
    },
    link: async (from, to) => {
      // Whether it may exist is the kernel's to say; recorded first, it would be there before it was refused.
      if (targets.has(String(to))) return real.link(String(from), String(to));
      return rename({ [String(to)]: targetOf(from) }, () => real.link(String(from), String(to)));
    },
    rm: async (path, options) => {
      if (!targets.has(String(path))) return real.rm(String(path), options as object);
      return rename({ [String(path)]: null }, () => real.rm(String(path), options as object));
    },
    mkdir: async (path) => {
      const missing: string[] = [];
      for (let at = String(path); isOurs(at) && !targets.has(at); at = dirname(at)) missing.unshift(at);
      for (const each of missing) await rename({ [each]: "folder" }, () => real.mkdir(each));
      return missing[0];
    },
    open: async (path, flags = "r", mode) => {
      const name = String(path);
      const open = () => real.open(name, String(flags), mode as number);
      if (flags === "r")
        return targets.get(name) === "folder" || name === folder ? folderHandle(name, await open()) : open();
      if (String(flags).startsWith("w") && targets.has(name)) throw new Error(`${name} is written over in place`);
      if (!targets.has(name)) {
        inodes += 1;
        const target = { file: inodes };
        return fileHandle(target.file, (await rename({ [name]: target }, open)) as files.FileHandle);
      }
      const target = targetOf(name);
      if (target === "folder") throw new Error(`${name} is a folder`);
      return fileHandle(target.file, await open());
    },
  };

  function targetOf(path: unknown): Target {
    const target = targets.get(String(path));
    if (target === undefined) throw new Error(`${String(path)} was not made here`);
    return target;
  }

  function folderHandle(name: string, handle: files.FileHandle): files.FileHandle {
    return withMethods(handle, { sync: () => sync(name, () => handle.sync()) });
  }

  function fileHandle(file: number, handle: files.FileHandle): files.FileHandle {
    const append = (data: unknown) => {
      const bytes = Buffer.from(data as string | Uint8Array).toString("base64");
      return change({ kind: "write", file, bytes }, file, () => handle.appendFile(data as string | Uint8Array));
    };
    const synced = () => sync(file, () => handle.sync());
    return withMethods(handle, { appendFile: append, writeFile: append, sync: synced, datasync: synced });
  }

  const reading = new Set(["readFile", "readdir", "readlink", "realpath", "lstat", "stat", "constants", "default"]);
  const guarded = Object.fromEntries(
    Object.entries(real).map(([name, original]) => {
      if (reading.has(name) || typeof original !== "function") return [name, original];
      const call: Call = async (...args) => {
        if (!args.some((arg) => isOurs(arg) || arg === folder)) return (original as unknown as Call)(...args);
        const known = recorded[name];
        if (known === undefined) throw new Error(`${name} is not recorded`);
        return known(...args);
      };
      return [name, call];
    }),
  );
  mock.module("node:fs/promises", () => ({ ...guarded, default: guarded }));
  return trace;
}

function withMethods(handle: files.FileHandle, methods: Readonly<Record<string, Call>>): files.FileHandle {
  return new Proxy(handle, {
    get(target, property) {
      const known = methods[String(property)];
      if (known !== undefined) return known;
      const member: unknown = Reflect.get(target, property, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
