import type { ErrorObject } from "ajv";

const MOST_SHOWN = 3;

/** What is wrong with an answer, in at most eleven lines: enough to mend it, and they have to fit a prompt. */
export function schemaErrors(errors: readonly ErrorObject[]): string {
  const messages = [...new Set(errors.map(errorLine))];
  const shown = messages.slice(0, 10);
  const more = messages.length - shown.length;
  return [...shown, ...(more > 0 ? [moreLine(more)] : [])].join("\n");
}

/** The same for a person, in one line: the first three problems, and how many more there are. */
export function problemsInBrief(problem: string): string {
  const lines = problem.split("\n");
  const beyond = Number(/^and (\d+) more$/u.exec(lines.at(-1) ?? "")?.[1] ?? 0);
  const problems = beyond > 0 ? lines.slice(0, -1) : lines;
  const more = problems.slice(MOST_SHOWN).length + beyond;
  return [...problems.slice(0, MOST_SHOWN), ...(more > 0 ? [moreLine(more)] : [])].join("; ");
}

function moreLine(count: number): string {
  return `and ${count} more`;
}

function errorLine(error: ErrorObject): string {
  const field = error.instancePath.slice(1).replaceAll("/", ".") || "the answer";
  const allowed: unknown = error.params.allowedValues;
  const choices = Array.isArray(allowed) ? `: ${allowed.join(", ")}` : "";
  return `${field}: ${error.message ?? "is not valid"}${choices}`;
}
