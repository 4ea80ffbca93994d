import type { ErrorObject } from "ajv";

/** What is wrong with an answer, in at most ten lines: enough to mend it, and they have to fit a prompt. */
export function schemaErrors(errors: readonly ErrorObject[]): string {
  const messages = [...new Set(errors.map(errorLine))];
  const shown = messages.slice(0, 10);
  const more = messages.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("\n");
}

function errorLine(error: ErrorObject): string {
  const field = error.instancePath.slice(1).replaceAll("/", ".") || "the answer";
  const allowed: unknown = error.params.allowedValues;
  const choices = Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
  return `${field}: ${error.message ?? "is not valid"}${choices}`;
}
