import {
  BLOCK_LINES,
  collect,
  type FailureReader,
  isFrame,
  ownFrame,
  sentence,
  shownFile,
  upTo,
} from "./foundFailure.ts";

const RESULT = /^(?:\((pass|fail|skip|todo)\)|[✓✗»✎]) (.+?)(?: \[[\d.]{1,16}m?s\])?$/u;

/** bun: a piece of the code, `error: …`, the stack, and only then `(fail) group > name [0.24ms]`. */
export const bunFailures: FailureReader = (lines, directory) => {
  let start = 0;
  let suite: string | undefined;
  return collect(lines, (line, at) => {
    const header = /^(\S.*\.[cm]?[jt]sx?):$/u.exec(line)?.[1];
    if (header !== undefined) {
      suite = shownFile(header, directory);
      start = at + 1;
    }
    const result = RESULT.exec(line);
    if (result === null) return undefined;
    const block = lines.slice(Math.max(start, at - BLOCK_LINES), at);
    start = at + 1;
    if (result[1] !== "fail" && !line.startsWith("✗")) return undefined;
    const first = block.findIndex((said) => /^\s*(?:error|[A-Z]\w*(?:Error|Exception)(?: \[\w+\])?): /u.test(said));
    const afterwards = /^\s*\^ (.+)$/u.exec(lines[at + 1] ?? "")?.[1];
    const message = first === -1 ? [] : upTo(block.slice(first), isFrame);
    const says = sentence(message.filter((said) => !/^[-+] (?:Expected|Received) +[-+] \d+$/u.test(said.trim())));
    const place = ownFrame(first === -1 ? block : block.slice(first), directory);
    return {
      at,
      says: says === "" ? (afterwards ?? "failed") : says,
      test: result[2],
      file: place?.file ?? suite,
      line: place?.line,
      suite,
    };
  });
};
