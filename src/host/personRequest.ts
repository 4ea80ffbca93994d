import type { PersonRequest } from "../core/agentSupervisor.ts";
import { failure, type Result, success } from "../core/result.ts";
import { withoutHiddenCharacters } from "../core/visibleText.ts";

/** In characters; what is longer is no question, and nobody would read it. */
const LONGEST_MESSAGE = 2_000;
const LONGEST_OPTION = 200;
const MOST_OPTIONS = 6;

/**
 * H3. What an agent gave to the tool that asks a person. The failure is for the agent, which calls again with it mended:
 * a model's arguments are of any form, whatever the tool's schema says.
 */
export function personRequestOf(given: Readonly<Record<string, unknown>>): Result<PersonRequest, string> {
  const message = textOf(given.message);
  if (message === "") return refused("`message` is missing: say in it what the person has to decide");
  if (message.length > LONGEST_MESSAGE) return refused(tooLong("`message`", message, LONGEST_MESSAGE));

  const options = optionsOf(given.options);
  if (options === undefined) return refused('`options` has to be a list of short texts, such as ["yes", "no"]');
  if (options.length > MOST_OPTIONS) return refused(`there are ${options.length} \`options\`, at most ${MOST_OPTIONS}`);
  if (options.includes("")) return refused("one of the `options` is empty");
  const long = options.find((option) => option.length > LONGEST_OPTION);
  if (long !== undefined) return refused(tooLong("one of the `options`", long, LONGEST_OPTION));

  const resumeId = textOf(given.resume_id);
  if (resumeId.length > LONGEST_OPTION) return refused(tooLong("`resume_id`", resumeId, LONGEST_OPTION));
  return success({ message, options: [...new Set(options)], ...(resumeId === "" ? {} : { resumeId }) });
}

function refused(because: string): Result<never, string> {
  return failure(`Nobody was asked: ${because}. Call it again, or go on without asking.`);
}

function tooLong(what: string, text: string, limit: number): string {
  return `${what} is ${text.length} characters long, at most ${limit} are shown`;
}

/** Undefined: no list of texts. */
function optionsOf(given: unknown): readonly string[] | undefined {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given) || given.some((option) => typeof option !== "string")) return undefined;
  return given.map((option) => textOf(option).replaceAll("\n", " "));
}

function textOf(given: unknown): string {
  return typeof given === "string" ? withoutHiddenCharacters(given).trim() : "";
}
