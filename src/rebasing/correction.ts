import { AMEND_SCOPE_TOOL } from "../core/agentSupervisor.ts";
import { dataSection, SECTIONS_ARE_DATA } from "../core/dataSection.ts";
import { lastLines, utf8Length } from "../core/utf8.ts";
import { withoutHiddenCharacters } from "../core/visibleText.ts";
import { cutMiddle, listWithin } from "./cutText.ts";
import { assertionLines, evidenceLines } from "./evidenceLines.ts";
import type { Mess, MessClass } from "./mess.ts";
import { SeenText } from "./seenText.ts";

export interface CorrectionFrame {
  /** What the task may write, paths and globs; granted ones too. */
  readonly scope: readonly string[];
  /** Bytes of UTF-8 the whole message may take; at least 2,560. */
  readonly maxBytes: number;
  /** Which correction of how many this is. */
  readonly number?: number | undefined;
  readonly limit?: number | undefined;
  /** The commit the work tree was made from: what a path is put back to. */
  readonly base?: string | undefined;
  /** Absolute paths of the work tree. */
  readonly directories?: readonly string[] | undefined;
}

const SAYS_BYTES = 300;
const SCOPE_BYTES = 300;
const PATHS_BYTES = 400;
const FAILURES_BYTES = 900;
/** What a command printed up to this size is sent whole. */
const FITTING_BYTES = 1_200;

/**
 * H11: what goes back to the session whose work does not pass: what failed, failed assertions with file and line, the end
 * of what the command printed as it was printed, and what to do. Never over `maxBytes`. What programs said stands between
 * marker lines.
 */
export function correctionMessage(mess: Mess, frame: CorrectionFrame): string {
  const seen = new SeenText(frame.directories ?? []);
  const opening = `Your work does not pass yet${countOf(frame)}: ${cutMiddle(seen.line(mess.says), SAYS_BYTES)}`;
  const failures = failuresSection(mess, seen);
  const told = [opening, failures, SECTIONS_ARE_DATA, ...instructions(mess, frame, seen)];
  const room = frame.maxBytes - utf8Length(told.filter(Boolean).join("\n\n")) - 2;
  const printed = printedSection(mess.printed ?? "", room);
  const rule = failures === "" && printed === "" ? "" : SECTIONS_ARE_DATA;
  return [opening, failures, printed, rule, ...instructions(mess, frame, seen)].filter(Boolean).join("\n\n");
}

function countOf({ number, limit }: CorrectionFrame): string {
  return number === undefined || limit === undefined ? "" : ` (correction ${number} of ${limit})`;
}

/** Failed assertions; where none is known, what tells most of an output that will have to lose its start. */
function failuresSection(mess: Mess, seen: SeenText): string {
  const assertions = assertionLines(mess, seen, FAILURES_BYTES);
  const isLong = utf8Length(mess.printed ?? "") > FITTING_BYTES;
  const failures = assertions === "" && isLong ? evidenceLines(mess, seen, FAILURES_BYTES) : assertions;
  return failures === "" ? "" : dataSection("failures", failures);
}

function printedSection(printed: string, maxBytes: number): string {
  const visible = withoutHiddenCharacters(printed).trimEnd();
  const kept = lastLines(visible, maxBytes - utf8Length(dataSection("printed", "")));
  return kept.trim() === "" ? "" : dataSection("printed", kept);
}

function instructions(mess: Mess, frame: CorrectionFrame, seen: SeenText): readonly string[] {
  const paths = [...new Set((mess.paths ?? []).map((path) => seen.path(path)))];
  const scope = frame.scope.map((path) => seen.line(path));
  const mayWrite =
    scope.length === 0 ? "You may not change any file." : `You may write: ${listWithin(scope, SCOPE_BYTES)}.`;
  return [
    `${whatToDo(mess.mess, paths, frame.base)} ${mayWrite}`,
    "Then stop and say in a sentence what you changed. Do not commit.",
  ];
}

function whatToDo(mess: MessClass, paths: readonly string[], base: string | undefined): string {
  const named = paths.length === 0 ? "" : `: ${listWithin(paths, PATHS_BYTES)}`;
  switch (mess) {
    case "scope":
      return [
        `Put back every path outside the task's files${named}.`,
        base === undefined
          ? "Give a file that was there its old content; delete one that was not."
          : `\`git checkout ${base} -- <path>\` gives a file that was there its old content; delete one that was not.`,
        `Where the task cannot be done without one of them, ask with ${AMEND_SCOPE_TOOL} (paths, reason) first.`,
      ].join(" ");
    case "forbidden":
      return `Take out what may never land${named}: links, submodules, keys, files of git or OpenCode. Do the task without it.`;
    case "no_progress":
      return "Nothing in the work tree differs from how it was at the start; what is only said does not count. Write the task's files now.";
    default:
      return `Mend the cause in the files you may write, run the command again, and go on until it passes${named}.`;
  }
}
