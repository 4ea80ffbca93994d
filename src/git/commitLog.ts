import { type Git, type GitOptions, splitNul } from "./gitProcess.ts";

/** A commit as the history tells it. */
export interface LoggedCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly subject: string;
  /** Values by the name of the trailer, in their order. */
  readonly trailers: ReadonlyMap<string, readonly string[]>;
}

/** Ends a field: no commit's subject holds it (git shows control characters of a subject as they are, but ends lines). */
const END = "\u0001";
const FORMAT = `--format=%H${END}%P${END}%(trailers:only=true,unfold=true)${END}%s`;

/** The commits that `from` lacks on the first-parent way to `to`, newest first; `limit`: at most so many. */
export async function readCommits(
  git: Git,
  options: GitOptions,
  { from, to, limit }: { readonly from?: string; readonly to: string; readonly limit?: number },
): Promise<readonly LoggedCommit[]> {
  const range = from === undefined ? [to] : [to, `^${from}`];
  const most = limit === undefined ? [] : [`--max-count=${limit}`];
  const output = await git.must(["log", "-z", "--first-parent", FORMAT, ...most, ...range, "--"], options);
  return splitNul(output).map(parseCommit);
}

/** Commits that are there, in no order, and nothing of their history. */
export async function readNamedCommits(
  git: Git,
  options: GitOptions,
  ids: readonly string[],
): Promise<readonly LoggedCommit[]> {
  const args = ["log", "-z", "--no-walk=unsorted", FORMAT, "--stdin"];
  return splitNul(await git.must(args, { ...options, input: `${ids.join("\n")}\n` })).map(parseCommit);
}

function parseCommit(record: string): LoggedCommit {
  const [id = "", parents = "", trailers = "", ...subject] = record.split(END);
  return {
    id,
    parents: parents.split(" ").filter((parent) => parent !== ""),
    subject: subject.join(END),
    trailers: parseTrailers(trailers),
  };
}

function parseTrailers(text: string): ReadonlyMap<string, readonly string[]> {
  const trailers = new Map<string, readonly string[]>();
  for (const line of text.split("\n")) {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) trailers.set(name, [...(trailers.get(name) ?? []), value]);
  }
  return trailers;
}
