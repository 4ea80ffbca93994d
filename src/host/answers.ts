/**
 * The first JSON object in a model's prose, for models that were asked for an object by schema and wrote it down
 * instead: the whole text, a fenced block, or the widest pair of braces. Undefined when nothing parses.
 */
export function jsonObjectIn(text: string): unknown {
  const fenced = [...text.matchAll(/```(?:json)?\s*\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
  const braces = text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1);
  for (const candidate of [text, ...fenced, braces]) {
    const value = parsed(candidate);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
