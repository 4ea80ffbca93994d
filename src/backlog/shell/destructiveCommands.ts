import { posix } from "node:path";
import { gitDestruction } from "./destructiveGit.ts";
import { type Invocation, invocationsOf, isShell, nameOf, operandsOf } from "./invocations.ts";
import { publishes } from "./publishingCommands.ts";
import type { CommandList } from "./syntax.ts";

/*
 * What no check and no preparation needs, and what cannot be taken back: the rules of
 * docs/decisions/0025-what-the-backlog-compiler-checks.md. They are a net under mistakes, not a wall: worktrees and the
 * sandbox are what keeps commands from doing harm.
 */

/** What the list would do, as a predicate such as "removes ~, outside the repository"; undefined: nothing of the kind. */
export function destructionIn(list: CommandList, purpose: "check" | "setup"): string | undefined {
  for (const invocation of invocationsOf(list)) {
    const found = destructionBy(invocation, purpose);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A function that calls itself twice, which no reader of commands takes apart. */
export function isForkBomb(text: string): boolean {
  return /(?<![\w:])([\w:]{1,32}) {0,2}\(\) {0,2}\{\s{0,4}\1 {0,2}\| {0,2}\1 {0,2}&\s{0,4}\}\s{0,4};\s{0,4}\1/u.test(
    text,
  );
}

function destructionBy(invocation: Invocation, purpose: "check" | "setup"): string | undefined {
  const name = nameOf(invocation.program);
  const args = invocation.words.slice(1).map((word) => word.text);
  // Preparing a worktree may mean installing; a check has no reason to.
  if (purpose === "check" && runsDownload(name, args, invocation)) return "runs what it downloads";
  return ruleFor(name)?.(args) ?? publishes(name, args) ?? overwrites(invocation);
}

const HOME = /^(?:~|\$HOME\b|\$\{HOME\})/u;
const TEMPORARY = /^\/(?:private\/)?(?:tmp|var\/tmp|var\/folders|dev\/shm)\/[^*]/u;
const SYSTEM = /^\/(?:bin|boot|dev|etc|lib\w*|opt|proc|root|sbin|sys|usr|var|Applications|Library|System)(?:\/|$)/u;
const HARMLESS_DEVICE = /^\/dev\/(?:null|std(?:in|out|err)|tty|fd\/\d+)$/u;

type Rule = (args: readonly string[]) => string | undefined;

function ruleFor(name: string): Rule | undefined {
  if (name.startsWith("mkfs")) return () => "makes a file system";
  return Object.hasOwn(RULES, name) ? RULES[name] : undefined;
}

const asAnotherUser: Rule = () => "runs as another user";
const endsOthers: Rule = () => "ends processes that it did not start";
const stopsMachine: Rule = () => "stops the machine";

const RULES: Readonly<Record<string, Rule>> = {
  sudo: asAnotherUser,
  su: asAnotherUser,
  doas: asAnotherUser,
  pkill: endsOthers,
  killall: endsOthers,
  kill: (args) => (targetsOfKill(args).includes("-1") ? endsOthers(args) : undefined),
  shutdown: stopsMachine,
  reboot: stopsMachine,
  halt: stopsMachine,
  poweroff: stopsMachine,
  dd: (args) => (args.some((arg) => /^of=\/dev\/(?!null$)/u.test(arg)) ? "writes to a device" : undefined),
  rm: removal,
  find: removalByFind,
  chmod: changeOfRights,
  chown: changeOfRights,
  chgrp: changeOfRights,
  git: gitDestruction,
  docker: containerRemoval,
  podman: containerRemoval,
  kubectl: (args) => (args.includes("delete") ? "deletes in a cluster" : undefined),
};

function removal(args: readonly string[]): string | undefined {
  const targets = operandsOf(args);
  const beyond = targets.find(isRecursive(args) ? isBeyondRepository : belongsToMachine);
  if (beyond !== undefined) return `removes ${beyond}, outside the repository`;
  const whole = isRecursive(args) ? targets.find(isWholeRepository) : undefined;
  return whole === undefined ? undefined : `removes ${whole}, the repository itself`;
}

function removalByFind(args: readonly string[]): string | undefined {
  const removes = args.includes("-delete") || (args.some((arg) => arg.startsWith("-exec")) && args.includes("rm"));
  const start = removes ? args.find((arg) => !arg.startsWith("-") && isBeyondRepository(arg)) : undefined;
  return start === undefined ? undefined : `removes below ${start}, outside the repository`;
}

function changeOfRights(args: readonly string[]): string | undefined {
  const target = isRecursive(args) ? operandsOf(args).slice(1).find(isBeyondRepository) : undefined;
  return target === undefined ? undefined : `changes rights below ${target}, outside the repository`;
}

function containerRemoval(args: readonly string[]): string | undefined {
  const line = operandsOf(args).join(" ");
  if (/^(?:\w+ )?prune\b|^volume rm\b/u.test(line)) return "removes containers' data";
  return /^push\b|^image push\b/u.test(line) ? "publishes an image" : undefined;
}

function targetsOfKill(args: readonly string[]): readonly string[] {
  const [first = "", ...rest] = args;
  if (first === "--" || !first.startsWith("-")) return args;
  return /^-[sn]$/u.test(first) ? rest.slice(1) : rest;
}

function runsDownload(name: string, args: readonly string[], { pipedFrom, words }: Invocation): boolean {
  const downloads = (program: string) => program === "curl" || program === "wget";
  const readsInput = isShell(name)
    ? operandsOf(args).length === 0 || args.includes("-s")
    : /^(?:python[\d.]*|node|perl|ruby|php)$/u.test(name) && args.every((arg) => arg === "-");
  if (readsInput && pipedFrom().some(downloads)) return true;
  if (!isShell(name) && name !== "eval" && name !== "source" && name !== ".") return false;
  const substituted = words.flatMap((word) => word.substitutions).flatMap(invocationsOf);
  return substituted.some(({ program }) => downloads(nameOf(program)));
}

function overwrites({ redirections }: Invocation): string | undefined {
  const found = redirections.find(({ operator, target }) => operator.includes(">") && belongsToMachine(target.text));
  return found === undefined ? undefined : `writes to ${found.target.text}, outside the repository`;
}

function isRecursive(args: readonly string[]): boolean {
  return args.some((arg) => arg === "--recursive" || /^-[A-Za-z]*[rR]/u.test(arg));
}

/** What a variable other than HOME stands for is not known, and then nothing is said. */
function isBeyondRepository(path: string): boolean {
  if (HOME.test(path)) return true;
  const plain = posix.normalize(path);
  return plain.startsWith("/") ? !TEMPORARY.test(plain) : plain === ".." || plain.startsWith("../");
}

/** The system's folders and devices, and the settings in the user's home; a log somewhere else does no harm. */
function belongsToMachine(path: string): boolean {
  if (HOME.test(path)) return /^[^/]+\/\./u.test(path);
  const plain = posix.normalize(path);
  return SYSTEM.test(plain) && !HARMLESS_DEVICE.test(plain) && !TEMPORARY.test(plain);
}

function isWholeRepository(path: string): boolean {
  return (
    /^(?:\.|\*|\.git|\$PWD|\$\{PWD\}|\$\(pwd\))(?:\/\*?)?$/u.test(path.replace(/^\.\/(?=.)/u, "")) || path === "./"
  );
}
