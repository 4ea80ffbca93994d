import { kilobytes } from "../../core/kilobytes.ts";

/** What `clean` did, for its report. Keeps no order of its own: a line is told where it was noted. */
export class CleaningLedger {
  private readonly removed: { readonly what: string; readonly bytes: number }[] = [];
  private readonly set: string[] = [];
  private readonly kept: string[] = [];
  private readonly refused: string[] = [];

  /** Something that is no more. */
  remove(what: string, bytes: number): void {
    this.removed.push({ what, bytes });
  }

  /** Something that is not where it was, with where it is now. */
  setAside(line: string): void {
    this.set.push(line);
  }

  /** Something that was found and left, with why. */
  keep(line: string): void {
    this.kept.push(line);
  }

  /** Something that was asked for and not done, with why and what to do. */
  refuse(line: string): void {
    this.refused.push(line);
  }

  /** The last of what was refused: the reason the command has not done all it was asked for. */
  get reason(): string | undefined {
    return this.refused.at(-1);
  }

  get text(): string {
    const bytes = this.removed.reduce((sum, one) => sum + one.bytes, 0);
    const lines = [
      ...this.removed.map((one) => `  ${one.what}  ${kilobytes(one.bytes)}`),
      ...(this.removed.length === 0 ? [] : [`Removed: ${kilobytes(bytes)}.`]),
      ...this.set,
      ...this.kept.map((line) => `Kept: ${line}`),
      // The last one is said by whoever ends the command.
      ...this.refused.slice(0, -1),
    ];
    return lines.length === 0 ? "There is nothing to clean." : lines.join("\n");
  }
}
