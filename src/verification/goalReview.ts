import { z } from "zod";
import type { JsonSchema } from "../core/agentRunner.ts";
import { withoutHiddenCharacters } from "../core/visibleText.ts";

/** In characters and entries; what is beyond them is asked for again, shorter. */
const LIMITS = { path: 500, says: 500, missing: 1_000, evidence: 20 } as const;

const reviewSchema = z.strictObject({
  criteria: z.array(
    z.strictObject({
      criterion: z.number().describe("The number of the criterion, as listed"),
      met: z.boolean().describe("True only if the files you name as evidence show it"),
      evidence: z
        .array(
          z.strictObject({
            path: z.string().min(1).max(LIMITS.path).describe("A file, from the repository's root"),
            line: z.number().optional(),
            says: z.string().max(LIMITS.says).optional().describe("What is seen there"),
          }),
        )
        .max(LIMITS.evidence),
      missing: z.string().max(LIMITS.missing).optional().describe("What is not there yet; only where it is not met"),
    }),
  ),
});

const { $schema: _dialect, ...answerSchema } = z.toJSONSchema(reviewSchema);

/** What the reviewer of a goal answers by. */
export const goalReviewSchema: JsonSchema = answerSchema;

/** What the reviewer found of one criterion. */
export interface CriterionReview {
  /** Position among the criteria that were asked about, from 1. */
  readonly criterion: number;
  readonly met: boolean;
  /** Files that exist, each once. */
  readonly evidence: readonly string[];
  /** Why it does not count as met; empty where it does. */
  readonly missing: string;
}

/** What an answer comes to. `problem` is for the agent, to mend its answer by. */
export type ReviewReading =
  | { readonly kind: "sound"; readonly reviews: readonly CriterionReview[] }
  /** It can be understood, but something is claimed to be met without a file that shows it. */
  | { readonly kind: "unproven"; readonly reviews: readonly CriterionReview[]; readonly problem: string }
  | { readonly kind: "unreadable"; readonly problem: string };

export interface ReviewQuestion {
  readonly criteria: readonly string[];
  /** Where the reviewer looked: paths it names may begin with it. */
  readonly directory: string;
  /** True for a path from the repository's root where the reviewed commit has a file. */
  readonly hasFile: (path: string) => boolean;
}

/**
 * Reads a reviewer's answer: each criterion judged once, and whatever is claimed to be met shown by a file that exists.
 * As tolerant as its meaning allows: a number as text, a criterion by its own words, evidence as bare paths.
 */
export function readReview(answer: unknown, question: ReviewQuestion): ReviewReading {
  const parsed = reviewSchema.safeParse(mended(answer, question.criteria));
  if (!parsed.success) return { kind: "unreadable", problem: z.prettifyError(parsed.error) };
  const judged = parsed.data.criteria;
  const problems = [...misnumbered(judged, question.criteria.length)];
  if (problems.length > 0) return { kind: "unreadable", problem: problems.join("\n") };

  const unproven: string[] = [];
  const reviews = judged
    .toSorted((one, other) => one.criterion - other.criterion)
    .map(({ criterion, met, evidence, missing = "" }): CriterionReview => {
      const named = evidence.map(({ path }) => ({ path, file: fileAt(path, question) }));
      const absent = named.filter(({ file }) => file === undefined).map(({ path }) => path);
      const files = [...new Set(named.flatMap(({ file }) => file ?? []))];
      if (!met) return { criterion, met, evidence: files, missing: missing || "the reviewer did not find it" };
      if (files.length > 0) return { criterion, met, evidence: files, missing: "" };
      const why = absent.length === 0 ? "no file is named that shows it" : `there is no file ${absent.join(", ")}`;
      unproven.push(`criterion ${criterion} is said to be met, but ${why}`);
      return { criterion, met: false, evidence: [], missing: `said to be met, but ${why}` };
    });
  if (unproven.length === 0) return { kind: "sound", reviews };
  const advice = "Name the files that show it, as they are in the repository; where there is none, it is not met.";
  return { kind: "unproven", reviews, problem: [...unproven, advice].join("\n") };
}

function misnumbered(judged: readonly { readonly criterion: number }[], count: number): readonly string[] {
  const times = (number: number) => judged.filter(({ criterion }) => criterion === number).length;
  const wanted = Array.from({ length: count }, (_, index) => index + 1);
  return [
    ...wanted.filter((number) => times(number) === 0).map((number) => `criterion ${number} is not judged`),
    ...wanted.filter((number) => times(number) > 1).map((number) => `criterion ${number} is judged more than once`),
    ...judged
      .filter(({ criterion }) => !wanted.includes(criterion))
      .map(({ criterion }) => `there is no criterion ${criterion}: they are numbered from 1 to ${count}`),
  ];
}

/** The file a path means; with `:12` or `:12-20` at its end, if no file's name ends so. */
function fileAt(path: string, { directory, hasFile }: ReviewQuestion): string | undefined {
  const relative = path.startsWith(`${directory}/`)
    ? path.slice(directory.length + 1)
    : path.replace(/^(?:\.\/)+/u, "");
  return [relative, relative.replace(/:\d+(?:[-:]\d+)?$/u, "")].find(hasFile);
}

function mended(answer: unknown, criteria: readonly string[]): unknown {
  const { criteria: judged } = Array.isArray(answer) ? { criteria: answer } : mapping(answer);
  if (!Array.isArray(judged)) return answer;
  return { criteria: judged.map((entry: unknown) => mendedEntry(entry, criteria)) };
}

function mendedEntry(entry: unknown, criteria: readonly string[]): unknown {
  if (typeof entry !== "object" || entry === null) return entry;
  const { criterion, met, evidence, missing } = mapping(entry);
  return {
    criterion: numberOf(criterion, criteria),
    met,
    evidence: Array.isArray(evidence) ? evidence.map(mendedEvidence) : (evidence ?? []),
    ...(typeof missing === "string" && missing.trim() !== "" ? { missing: oneText(missing, LIMITS.missing) } : {}),
  };
}

function mendedEvidence(evidence: unknown): unknown {
  if (typeof evidence === "string") return { path: evidence };
  if (typeof evidence !== "object" || evidence === null) return evidence;
  const { path, line, says } = mapping(evidence);
  return {
    path,
    ...(typeof line === "number" ? { line } : {}),
    ...(typeof says === "string" ? { says: oneText(says, LIMITS.says) } : {}),
  };
}

function numberOf(criterion: unknown, criteria: readonly string[]): unknown {
  if (typeof criterion !== "string") return criterion;
  const digits = /^\D{0,12}?(\d{1,4})\.?$/u.exec(criterion.trim())?.[1];
  if (digits !== undefined) return Number(digits);
  const position = criteria.findIndex((words) => words.trim() === criterion.trim());
  return position < 0 ? criterion : position + 1;
}

function oneText(text: string, maxLength: number): string {
  const clean = withoutHiddenCharacters(text).replace(/\s+/gu, " ").trim();
  return clean.slice(0, maxLength).replace(/\p{Cs}$/u, "");
}

function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
