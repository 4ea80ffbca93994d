import type { Effect, Interference } from "./effects.ts";
import type { Keys } from "./keys.ts";

/** How a call of a file fails, by the system's name for it. */
export type FileFault = "ENOSPC" | "EIO" | "EACCES";
/** How a git command fails. */
export type GitFault = "locked" | "full" | "killed";

/** What happens to a process. */
export type Trouble =
  /** Only its effects are noted, moment by moment. */
  | { readonly kind: "none" }
  /** SIGKILL at this moment, as `Keys` names it. */
  | { readonly kind: "kill"; readonly at: string }
  /** The effect that begins at this moment fails; with `onwards` all that could fail so from there on do. */
  | { readonly kind: "fault"; readonly at: string; readonly how: FileFault | GitFault; readonly onwards: boolean };

export function interferenceOf(trouble: Trouble, keys: Keys): Interference {
  switch (trouble.kind) {
    case "none":
      return atEachMoment(keys, () => undefined);
    case "kill":
      return atEachMoment(keys, (key) => {
        // A process that is killed does nothing more: the signal comes before this returns.
        if (key === trouble.at) process.kill(process.pid, "SIGKILL");
      });
    case "fault":
      return faultAt(trouble, keys);
  }
}

function faultAt({ at, how, onwards }: Extract<Trouble, { kind: "fault" }>, keys: Keys): Interference {
  let isBroken = false;
  let isNow = false;
  return atEachMoment(
    keys,
    (key, effect) => {
      const isDue = key === at;
      isBroken ||= isDue;
      isNow = (isDue || (onwards && isBroken)) && canFail(effect, how);
      if (isNow && effect.kind === "file") throw fileError(how as FileFault, effect);
    },
    (effect) => (isNow && effect.kind === "git" ? ["/bin/sh", "-c", brokenGit(how, effect)] : undefined),
  );
}

/** A disk that is full refuses what is written, and nothing else. */
export function canFail({ kind, name, writes }: Effect, how: FileFault | GitFault): boolean {
  switch (how) {
    case "ENOSPC":
      return (kind === "file" && writes && !/^(rm|rename) /.test(name)) || (kind === "git" && writes);
    case "EIO":
      return kind === "file";
    case "EACCES":
      return kind === "file" && !/^(sync|datasync|appendFile) /.test(name);
    case "full":
    case "locked":
      return kind === "git" && writes;
    case "killed":
      return kind === "git";
  }
}

const WORDS: Readonly<Record<FileFault, string>> = {
  ENOSPC: "no space left on device",
  EIO: "i/o error",
  EACCES: "permission denied",
};

function fileError(code: FileFault, { name }: Effect): Error {
  const [syscall = "", path = ""] = name.split(" ");
  return Object.assign(new Error(`${code}: ${WORDS[code]}, ${syscall} '${path}'`), { code, syscall, path });
}

/** What git says and how it ends: as git 2.39 does. A command that answers by its status ends in another one. */
function brokenGit(how: FileFault | GitFault, { name }: Effect): string {
  const status = /^git (merge-base|merge-tree|diff)/.test(name) ? 128 : 1;
  switch (how) {
    case "killed":
      return "kill -KILL $$";
    case "locked":
      return "echo \"fatal: Unable to create '/somewhere/index.lock': File exists.\" >&2; exit 128";
    default:
      return `echo "error: unable to write file: No space left on device" >&2; exit ${status}`;
  }
}

function atEachMoment(
  keys: Keys,
  act: (key: string, effect: Effect) => void,
  instead: Interference["instead"] = () => undefined,
): Interference {
  const at = (moment: "before" | "during" | "after") => (effect: Effect) => act(keys.note(moment, effect), effect);
  return { before: at("before"), during: at("during"), after: at("after"), instead };
}
