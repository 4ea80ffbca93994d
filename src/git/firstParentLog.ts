import { splitNul } from "./gitProcess.ts";

export interface LoggedCommit {
  readonly commit: string;
  readonly subject: string;
  /** By key as written, such as Mac-Task; of a repeated key the last value. */
  readonly trailers: Readonly<Record<string, string>>;
}

/** Hash, subject and one trailer a line: none of them holds a newline. */
export const FIRST_PARENT_LOG_FORMAT = "--format=%H%n%s%n%(trailers:only=true,unfold=true)";

/** Reads the NUL-separated records of `git log -z` with the format above. */
export function parseFirstParentLog(output: string): LoggedCommit[] {
  return splitNul(output).map((record) => {
    const [commit = "", subject = "", ...lines] = record.split("\n");
    return { commit, subject, trailers: parseTrailers(lines) };
  });
}

function parseTrailers(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const separator = line.indexOf(":");
      return separator > 0 ? [[line.slice(0, separator), line.slice(separator + 1).trim()] as const] : [];
    }),
  );
}
