/** Who made a version: a person in an editor, an agent in a command, or a rebase that learnt from a failed attempt. */
export const SPEC_AUTHORS = ["person", "agent", "rebase"] as const;
export type SpecAuthor = (typeof SPEC_AUTHORS)[number];

/** Where a new version comes from. */
export interface VersionOrigin {
  readonly author: SpecAuthor;
  /** Why there is a new version, in one line. */
  readonly reason: string;
  /** As provider/model, with what they were sampled with, where models had a part in it. No commas. */
  readonly models?: readonly string[] | undefined;
  /** Which version of our prompt they were asked with. */
  readonly prompt?: string | undefined;
  /** The version of the plan that a backlog was made from. */
  readonly plan?: string | undefined;
}

/** A version's origin, and a digest of what it says: two versions that say the same have the same. */
export interface VersionRecord extends VersionOrigin {
  readonly digest: string;
}

/** The record as a commit message: the reason is its subject, the rest are trailers. */
export function versionMessage({ author, reason, models = [], prompt, plan, digest }: VersionRecord): string {
  const trailers: readonly (readonly [string, string | undefined])[] = [
    ["Author", author],
    ["Model", models.length === 0 ? undefined : models.join(", ")],
    ["Prompt", prompt],
    ["Plan", plan],
    ["Digest", digest],
  ];
  const lines = trailers.flatMap(([name, value]) => (value === undefined ? [] : [`Mac-${name}: ${oneLine(value)}`]));
  return `${oneLine(reason)}\n\n${lines.join("\n")}\n`;
}

/** Reads what `versionMessage` wrote. */
export function readVersionMessage(message: string): VersionRecord {
  const [reason = "", ...rest] = message.split("\n");
  const trailers = new Map(
    rest.flatMap((line) => {
      const found = /^Mac-([A-Za-z]+): (.*)$/.exec(line);
      return found === null ? [] : [[found[1] ?? "", found[2] ?? ""] as const];
    }),
  );
  return {
    author: SPEC_AUTHORS.find((author) => author === trailers.get("Author")) ?? "agent",
    reason,
    models: trailers.get("Model")?.split(", "),
    prompt: trailers.get("Prompt"),
    plan: trailers.get("Plan"),
    digest: trailers.get("Digest") ?? "",
  };
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim() || "no reason given";
}
