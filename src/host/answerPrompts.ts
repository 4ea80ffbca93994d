import type { JsonSchema } from "../core/agentRunner.ts";

/** The same prompt for a model that is asked for JSON in words. */
export function promptInWords(prompt: string, schema: JsonSchema): string {
  return `${prompt}\n\n${inWords(schema)}`;
}

/**
 * What an agent is told of an answer that cannot be used. Its session holds the rest.
 * @param schema given when the answer is to come as JSON in words
 */
export function correctionPrompt(problem: string, schema: JsonSchema | undefined): string {
  const parts = [
    `Your answer could not be used:\n${problem}`,
    "Answer again, complete, with this corrected. What was right stays as it is.",
    ...(schema === undefined ? [] : [inWords(schema)]),
  ];
  return parts.join("\n\n");
}

function inWords(schema: JsonSchema): string {
  return `Answer with one JSON value and nothing else, by this JSON schema:\n${JSON.stringify(schema)}`;
}
