import {
  blockAfter,
  collect,
  type FailureReader,
  isFrame,
  ownFrame,
  sentence,
  shownFile,
  upTo,
} from "./foundFailure.ts";

const isCodeFrame = (line: string) => /^\s+>?\s*\d+ ?\|/u.test(line);
const isAfterMessage = (line: string) => isFrame(line) || isCodeFrame(line);

/** jest: `  ● group › name`, the message, a piece of the code, the stack. */
export const jestFailures: FailureReader = (lines, directory) => {
  let suite: string | undefined;
  return collect(lines, (line, at) => {
    const header = /^ ?(?:FAIL|PASS) +(\S+)/u.exec(line)?.[1];
    if (header !== undefined) suite = shownFile(header, directory);
    const title = /^ {2}● (.+)$/u.exec(line)?.[1];
    if (title === undefined || title === "Console") return undefined;
    const block = blockAfter(lines, at, (next) => /^(?: {2}● | ?FAIL | ?PASS |Test Suites: )/u.test(next));
    const says = sentence(upTo(block, isAfterMessage));
    if (says === "") return undefined;
    const place = ownFrame(block, directory);
    const test = title === "Test suite failed to run" ? undefined : title;
    return { at, says, test, file: place?.file ?? suite, line: place?.line, suite };
  });
};

/** vitest: ` FAIL  file > group > name`; several tests that failed alike stand above one message. */
export const vitestFailures: FailureReader = (lines, directory) =>
  collect(lines, (line, at) => {
    const title = /^ FAIL {2}(?:\|[^|]*\| )?(.+)$/u.exec(line)?.[1];
    if (title === undefined) return undefined;
    const [path = "", ...names] = title.replace(/ \[ .* \]$/u, "").split(" > ");
    const headers = blockAfter(lines, at, (next) => !next.startsWith(" FAIL  ")).length;
    const block = blockAfter(lines, at + headers, (next) => /^(?:⎯{3}| FAIL {2})/u.test(next));
    const suite = shownFile(path.trim(), directory);
    const place = ownFrame(block, directory);
    const test = names.length === 0 ? undefined : names.join(" > ");
    const says = sentence(upTo(block, isAfterMessage));
    return { at, says: says === "" ? "failed" : says, test, file: place?.file ?? suite, line: place?.line, suite };
  });
