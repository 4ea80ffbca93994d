import type { FlagValue } from "./commandLine.ts";

/** Reads parsed flags by type; what the parser let through has the type the table says. */
export class GivenFlags {
  private readonly flags: Readonly<Record<string, FlagValue>>;

  constructor(flags: Readonly<Record<string, FlagValue>>) {
    this.flags = flags;
  }

  text(name: string): string | undefined {
    const value = this.flags[name];
    return typeof value === "string" ? value : undefined;
  }

  count(name: string): number | undefined {
    const value = this.flags[name];
    return typeof value === "number" ? value : undefined;
  }

  isOn(name: string): boolean {
    return this.choice(name) === true;
  }

  /** A switch whose absence means something else than off. */
  choice(name: string): boolean | undefined {
    const value = this.flags[name];
    return typeof value === "boolean" ? value : undefined;
  }

  /** Values separated by commas. */
  list(name: string): readonly string[] | undefined {
    const items = this.text(name)?.split(",") ?? [];
    const named = items.map((item) => item.trim()).filter((item) => item !== "");
    return named.length === 0 ? undefined : named;
  }
}
