import { pathToFileURL } from "node:url";
import { withoutHiddenCharacters } from "../core/visibleText.ts";

/**
 * What programs and agents said, made fit to be told to the next agent: no terminal sequences, no hidden characters,
 * and paths as an agent in another work tree knows them, without the folders they were said in.
 */
export class SeenText {
  private readonly prefix: RegExp | undefined;

  /** `directories`: absolute paths of work trees, in every spelling a program may use. */
  constructor(directories: readonly string[]) {
    const spelled = directories.flatMap((directory) => [directory, pathToFileURL(directory).pathname]);
    const longestFirst = [...new Set(spelled)]
      .filter((directory) => directory.length > 1)
      .sort((one, other) => other.length - one.length)
      .map(escaped);
    // `/slot-1` is no part of `/slot-10`.
    const end = "(/|(?![\\w.-]))";
    this.prefix =
      longestFirst.length === 0 ? undefined : new RegExp(`(?:file://)?(?:${longestFirst.join("|")})${end}`, "gu");
  }

  /** Line by line, without space at their ends and without empty ones. */
  lines(text: string): readonly string[] {
    return this.relative(withoutHiddenCharacters(text))
      .split("\n")
      .map((line) => line.trimEnd())
      .filter((line) => line !== "");
  }

  line(text: string): string {
    return this.lines(text)
      .map((line) => line.trim())
      .join(" ");
  }

  path(path: string): string {
    return this.line(path).replace(/^(?:\.\/)+/u, "");
  }

  private relative(text: string): string {
    if (this.prefix === undefined) return text;
    return text.replace(this.prefix, (_, end: string) => (end === "/" ? "" : "."));
  }
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
}
