import { parseJson } from "./parseJson.ts";

/**
 * The JSON value in an answer that came as text, for models without structured output: the whole text, the last
 * fenced block, or what lies between the first and the last brace. Undefined when none of them is JSON.
 */
export function jsonInText(text: string): unknown {
  const fenced = [...text.matchAll(/^[^\S\n]*(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)\n[^\S\n]*\1/gmu)].map(
    (match) => match[2],
  );
  const braced = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  for (const candidate of [text, fenced.at(-1), braced]) {
    const value = candidate === undefined ? undefined : parseJson(candidate);
    if (value !== undefined) return value;
  }
  return undefined;
}
