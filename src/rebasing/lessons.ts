import { utf8Length } from "../core/utf8.ts";
import type { Lesson } from "../recovery/taskState.ts";
import { AGENT_ADVICE } from "./advice.ts";
import { cutMiddle, leadingLines, listWithin } from "./cutText.ts";
import { evidenceLines } from "./evidenceLines.ts";
import type { Mess } from "./mess.ts";
import { SeenText } from "./seenText.ts";

/** M15: what one attempt teaches, in bytes of UTF-8. */
const LESSON_BYTES = 600;

/** What failed, where there is evidence to show for it; a person's words take all the room there is. */
const SAYS_BYTES = 180;
const PATHS_BYTES = 120;

/**
 * The spec's improvement after an attempt: what failed, where exactly, the paths it is about, and the constraint to keep,
 * in at most 600 bytes. By rule and always the same for the same mess. Paths below `directories`, the work trees the
 * attempt and its checks ran in, are given as the repository's own.
 */
export function lessonOf(mess: Mess, directories: readonly string[]): string {
  const seen = new SeenText(directories);
  const advice = AGENT_ADVICE[mess.mess];
  const shortSays = cutMiddle(saysOf(mess, seen), SAYS_BYTES);
  const paths = pathsLine(mess, seen, shortSays);
  const roomBeside = (says: string) => LESSON_BYTES - utf8Length([says, paths, advice].filter(Boolean).join("\n")) - 1;
  const evidence = evidenceLines(mess, seen, roomBeside(shortSays));
  const says = evidence === "" ? cutMiddle(saysOf(mess, seen), roomBeside("")) : shortSays;
  return [says, evidence, paths, advice].filter(Boolean).join("\n");
}

/**
 * Lessons for a message, in at most `maxBytes` bytes, the latest first. Older ones give way: they lose their ends, then
 * they are left out; one that says what a later one says is a line.
 */
export function lessonsText(lessons: readonly Lesson[], maxBytes: number): string {
  if (maxBytes < 1) return "";
  const blocks: string[] = [];
  const told = new Map<string, number>();
  let room = maxBytes;
  for (const lesson of lessons.toReversed()) {
    const same = told.get(lesson.text);
    const block =
      same === undefined ? blockOf(lesson) : `Attempt ${lesson.attempt} failed in the same way as attempt ${same}.`;
    const kept = utf8Length(block) <= room ? block : leadingLines(block, room);
    if (kept !== "") blocks.push(kept);
    if (kept !== block) break;
    told.set(lesson.text, same ?? lesson.attempt);
    room -= utf8Length(block) + 1;
  }
  // The latest is never left out, be there ever so little room.
  const latest = lessons.at(-1);
  if (blocks.length === 0 && latest !== undefined) return cutMiddle(blockOf(latest).split("\n")[0] ?? "", maxBytes);
  return blocks.join("\n");
}

function blockOf({ attempt, text }: Lesson): string {
  return `Attempt ${attempt} failed: ${text}`;
}

function saysOf({ mess, says, command }: Mess, seen: SeenText): string {
  const line = seen.line(says) || mess.replaceAll("_", " ");
  const run = seen.line(command ?? "");
  return run === "" || line.includes(run) ? line : `\`${run}\`: ${line}`;
}

function pathsLine({ paths = [] }: Mess, seen: SeenText, says: string): string {
  const unsaid = [...new Set(paths.map((path) => seen.path(path)))].filter(
    (path) => path !== "" && !says.includes(path),
  );
  return unsaid.length === 0 ? "" : cutMiddle(`It is about: ${listWithin(unsaid, PATHS_BYTES)}`, PATHS_BYTES + 40);
}
