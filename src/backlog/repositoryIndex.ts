import { closestName } from "./closestName.ts";
import type { RepositoryFacts } from "./repositoryFacts.ts";

/** Questions about the files of a repository, answered without a walk over all of them. */
export class RepositoryIndex {
  readonly facts: RepositoryFacts;
  /** Every folder, with the paths of the files and folders directly in it. */
  private readonly folders = new Map<string, string[]>();
  private readonly byName = new Map<string, string[]>();
  private readonly byFoldedPath = new Map<string, string>();

  constructor(facts: RepositoryFacts) {
    this.facts = facts;
    for (const path of facts.files.keys()) this.addFile(path);
  }

  hasFile(path: string): boolean {
    return this.facts.files.has(path);
  }

  hasFolder(path: string): boolean {
    return this.folders.has(path);
  }

  /** The file in the place of a folder that the path would need. */
  fileAbove(path: string): string | undefined {
    return foldersAbove(path).find((folder) => this.hasFile(folder));
  }

  /** The submodule that the path is, or lies in. */
  submoduleOf(path: string): string | undefined {
    return outermost(path, this.facts.submodules);
  }

  /** The symbolic link that the path is, or leads through. */
  linkOf(path: string): string | undefined {
    return outermost(path, this.facts.links);
  }

  /** The file of the same name but for the case of letters. */
  spelledOtherwise(path: string): string | undefined {
    const spelled = this.byFoldedPath.get(path.toLowerCase());
    return spelled === path ? undefined : spelled;
  }

  /**
   * What a path that does not exist was probably meant to be: the same name elsewhere, or a similar one beside it.
   * Compares with many names: not for thousands of paths.
   */
  suggest(path: string): string | undefined {
    const namesakes = this.byName.get(nameOf(path).toLowerCase()) ?? [];
    const close = [...namesakes].sort((a, b) => sharedFolders(b, path) - sharedFolders(a, path))[0];
    return close ?? closestName(path, this.folders.get(folderOf(path)) ?? []);
  }

  private addFile(path: string): void {
    this.byFoldedPath.set(path.toLowerCase(), path);
    append(this.byName, nameOf(path).toLowerCase(), path);
    for (let child = path; child !== ""; child = folderOf(child)) {
      const siblings = this.folders.get(folderOf(child));
      if (siblings) {
        siblings.push(child);
        return;
      }
      this.folders.set(folderOf(child), [child]);
    }
  }
}

/** The first of `places` on the way to the path, itself included. */
function outermost(path: string, places: ReadonlySet<string>): string | undefined {
  return places.size === 0 ? undefined : [...foldersAbove(path), path].find((part) => places.has(part));
}

/** `a`, `a/b` for `a/b/c`. */
function foldersAbove(path: string): readonly string[] {
  const segments = path.split("/").slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join("/"));
}

/** The root is the empty text. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function sharedFolders(a: string, b: string): number {
  const others = b.split("/");
  const segments = a.split("/");
  const differs = segments.findIndex((segment, index) => segment !== others[index]);
  return differs < 0 ? segments.length : differs;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
