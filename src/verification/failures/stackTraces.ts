import { collect, type FailureReader, isOwn, ownFrame, sentence, shownFile, shownPlace } from "./foundFailure.ts";

const ERROR = /^(?:# )?\s*(?:Uncaught )?((?:error|[A-Z]\w*(?:Error|Exception)(?: \[\w+\])?|Error): \S.*)$/u;
const STACK_LINES = 15;

/** JavaScript that threw outside a runner that is known: the error, and the first frame of the project's own under it. */
export const stackTraces: FailureReader = (lines, directory) =>
  collect(lines, (line, at) => {
    const says = ERROR.exec(line)?.[1];
    if (says === undefined) return undefined;
    const below = lines.slice(at + 1, at + 1 + STACK_LINES).map((next) => next.replace(/^# /u, ""));
    const end = below.findIndex((next) => ERROR.test(next));
    const place = ownFrame(end === -1 ? below : below.slice(0, end), directory) ?? placeAbove(lines, at, directory);
    const importer = / (?:imported )?from '([^']+)'/u.exec(says)?.[1];
    const file =
      place?.file ??
      (importer !== undefined && isOwn(importer, directory) ? shownFile(importer, directory) : undefined);
    return { at, says: sentence([says]), file, line: place?.line, vague: file === undefined };
  });

/** A file that cannot be parsed is named above what is wrong with it: `/path/a.js:1`. */
function placeAbove(lines: readonly string[], at: number, directory: string) {
  for (const line of lines.slice(Math.max(0, at - 6), at)) {
    const [, file = "", number] = /^(?:# )?((?:file:\/\/)?\/[^:]+):(\d{1,9})$/u.exec(line) ?? [];
    if (number !== undefined && isOwn(file, directory)) return shownPlace({ file, line: Number(number) }, directory);
  }
  return undefined;
}
