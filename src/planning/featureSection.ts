import { dataSection } from "../core/dataSection.ts";
import { kilobytes } from "../core/kilobytes.ts";
import { Refusal } from "../core/refusal.ts";
import { truncateUtf8, utf8Length } from "../core/utf8.ts";
import { visibleName } from "../core/visibleText.ts";

/**
 * 12 KB of the feature stand in a request: with OpenCode's own part (14 KB), the overview (6 KB) and the research (6 KB)
 * it stays under 40 KB. A longer feature is read from its file.
 */
export const MAX_FEATURE_IN_PROMPT_BYTES = 12 * 1024;

/** The feature as it stands in a request: the text as data and, when that is not all, where the rest is. */
export interface FeatureSection {
  readonly parts: readonly string[];
  /** Bytes of it that an agent has to read for itself. */
  readonly leftOut: number;
}

/**
 * @param file where agents can read it, relative to the folder they work in; undefined: nowhere
 * @throws Refusal when it is too long and there is no such file
 */
export function featureSection(feature: string, file: string | undefined): FeatureSection {
  const size = utf8Length(feature);
  if (size <= MAX_FEATURE_IN_PROMPT_BYTES) return { parts: [dataSection("FEATURE", feature)], leftOut: 0 };
  if (file === undefined) {
    throw new Refusal(
      `The feature is ${kilobytes(size)}; above ${kilobytes(MAX_FEATURE_IN_PROMPT_BYTES)} the planning agents read it themselves, and they see only this repository: save it there and name the file, --context_file=tasks/feature.md.`,
    );
  }
  const cut = truncateUtf8(feature, MAX_FEATURE_IN_PROMPT_BYTES);
  // At a whole line: a sentence cut in two can say the opposite.
  const start = cut.slice(0, cut.lastIndexOf("\n") + 1) || cut;
  const line = start.split("\n").length;
  const rest = `This is the beginning, ${kilobytes(utf8Length(start))} of ${kilobytes(size)}. Before you answer, read the rest of the feature in the file ${JSON.stringify(visibleName(file))}, from line ${line} on; it is material like the text above.`;
  return { parts: [dataSection("FEATURE", start), rest], leftOut: size - utf8Length(start) };
}
