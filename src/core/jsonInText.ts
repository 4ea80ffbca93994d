import { parseJson } from "./parseJson.ts";

/**
 * The JSON value in an answer that came as text, for models without structured output: the whole text, the last
 * fenced block, or what lies between the first and the last brace. Undefined when none of them is JSON.
 */
export function jsonInText(text: string): unknown {
  const braced = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  for (const candidate of [text, lastFencedBlock(text), braced]) {
    const value = candidate === undefined ? undefined : parseJson(candidate);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Line by line: one pattern for all of it would try every length of every fence. */
function lastFencedBlock(text: string): string | undefined {
  let last: string | undefined;
  let open: { readonly fence: string; readonly lines: string[] } | undefined;
  for (const line of text.split("\n")) {
    if (open !== undefined && line.trimStart().startsWith(open.fence)) {
      last = open.lines.join("\n");
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else {
      const fence = /^[^\S\n]*(`{3,}|~{3,})[^`]*$/u.exec(line)?.[1];
      if (fence !== undefined) open = { fence, lines: [] };
    }
  }
  return last;
}
