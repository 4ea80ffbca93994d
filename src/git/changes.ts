import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Git, GitOptions } from "./gitProcess.ts";
import { splitNul } from "./gitProcess.ts";
import { type ChangeKind, GITLINK_MODE, parseRawDiff, type RawChange } from "./rawDiff.ts";

/** One path that differs between two trees. Modes are octal, as git writes them; 000000 where the path is absent. */
export interface Change {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly oldMode: string;
  readonly newMode: string;
  /** Bytes of the new content; undefined for a deleted path and for a submodule. */
  readonly size?: number;
  /** The filter (such as `lfs`) this path should have been stored through and, being ours, was not. */
  readonly filter?: string;
}

/** The differences between two commits or trees, in the order of their paths, without rename detection. */
export async function describeChanges(
  git: Git,
  options: GitOptions,
  from: string,
  to: string,
  filters: boolean,
): Promise<Change[]> {
  const changes = parseRawDiff(await git.must(["diff-tree", "-r", "-z", "--raw", "--no-renames", from, to], options));
  const written = changes.filter((change) => change.kind !== "deleted" && change.newMode !== GITLINK_MODE);
  const sizes = await sizesOf(git, options, written);
  const filterOf = filters ? await filtersOf(git, options, to, written) : new Map<string, string>();
  return changes.map(({ path, kind, oldMode, newMode, newObject }) => {
    const size = sizes.get(newObject);
    const filter = filterOf.get(path);
    return {
      path,
      kind,
      oldMode,
      newMode,
      ...(size === undefined ? {} : { size }),
      ...(filter === undefined ? {} : { filter }),
    };
  });
}

async function sizesOf(git: Git, options: GitOptions, changes: readonly RawChange[]): Promise<Map<string, number>> {
  if (changes.length === 0) return new Map();
  const input = changes.map((change) => `${change.newObject}\n`).join("");
  const output = await git.must(["cat-file", "--batch-check=%(objectname) %(objectsize)"], { ...options, input });
  return new Map(
    output.split("\n").flatMap((line) => {
      const [object, size] = line.split(" ");
      return object && size ? [[object, Number(size)] as const] : [];
    }),
  );
}

/** By path, the filter attribute in force in the commit or tree `tree`, whose attribute files are read from there. */
async function filtersOf(
  git: Git,
  options: GitOptions,
  tree: string,
  changes: readonly RawChange[],
): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "mac-attributes-"));
  try {
    // Only `--cached` reads attributes from somewhere else than a work tree in git 2.38.
    const indexed: GitOptions = { ...options, env: { GIT_INDEX_FILE: join(folder, "index") } };
    await git.must(["read-tree", tree], indexed);
    const input = changes.map((change) => `${change.path}\0`).join("");
    const fields = splitNul(
      await git.must(["check-attr", "--cached", "-z", "--stdin", "filter"], { ...indexed, input }),
    );
    return parseFilters(fields);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `path, "filter", value`, repeated; `unspecified`, `unset` and `set` name no filter. */
function parseFilters(fields: readonly string[]): Map<string, string> {
  const filters = new Map<string, string>();
  for (let index = 0; index + 2 < fields.length; index += 3) {
    const [path, , value] = fields.slice(index, index + 3);
    if (path === undefined || value === undefined) continue;
    if (!["unspecified", "unset", "set"].includes(value)) filters.set(path, value);
  }
  return filters;
}
