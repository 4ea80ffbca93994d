import { existsSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { Refusal } from "./refusal.ts";

/**
 * Where an input file named on the command line is: relative to the repository's root, or, when there is none of that
 * name, to the folder the command was started in. Whether it can be read is for the reader to say.
 */
export function inputPath(root: string, directory: string, given: string): string {
  if (isAbsolute(given)) return given;
  const atRoot = resolve(root, given);
  const here = resolve(directory, given);
  return !existsSync(atRoot) && existsSync(here) ? here : atRoot;
}

/** Where an output file goes: inside the repository. Throws `Refusal` for a path that leads out of it. */
export function outputPath(root: string, flag: string, given: string): string {
  const path = resolve(root, given);
  const inside = relative(root, path);
  if (inside === "" || inside.startsWith("..") || isAbsolute(inside)) {
    throw new Refusal(`--${flag} must name a file inside the repository ${root}, got '${given}'.`);
  }
  if (inside.split(sep).some((segment) => segment.toLowerCase() === ".git")) {
    throw new Refusal(`--${flag} must not name a file of git's own, got '${given}'.`);
  }
  return join(root, inside);
}

/** A path as messages show it: relative to the root with `/` when it is inside, else as it is. */
export function shownPath(root: string, path: string): string {
  const inside = relative(root, path);
  return inside === "" || inside.startsWith("..") || isAbsolute(inside) ? path : inside.split(sep).join("/");
}
