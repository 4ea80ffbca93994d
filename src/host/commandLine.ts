import { failure, type Result, success } from "../core/result.ts";
import { COMMANDS, type CommandDefinition, type FlagDefinition } from "./commandTable.ts";
import { isVerb, VERBS, type Verb } from "./names.ts";
import { readWord } from "./words.ts";

/** What a switch takes as a value. */
const SWITCHED: { readonly on: readonly string[]; readonly off: readonly string[] } = {
  on: ["on", "yes", "true"],
  off: ["off", "no", "false"],
};

export type FlagValue = string | number | boolean;

/** A command line after parsing. `text` is what came after the flags, word for word. */
export interface Invocation {
  readonly verb: Verb;
  readonly flags: Readonly<Record<string, FlagValue>>;
  readonly text: string;
  readonly help: boolean;
}

/**
 * Parses `<verb> [--flag=value | --flag value]… [text]`. The failure is one line: what was wrong, what was expected.
 * The first word that is no flag starts the free text.
 */
export function parseCommandLine(given: string): Result<Invocation, string> {
  // What was copied out of a reason may hold what told its words apart (endingError.ts).
  const line = given.replaceAll("\u2060", "");
  const first = readWord(line, 0);
  if (first === undefined || !isVerb(first.value)) {
    return failure(`Unknown command '${first?.value ?? ""}': expected one of ${VERBS.join(", ")}.`);
  }
  const verb = first.value;
  const definition = COMMANDS[verb];
  const flags: Record<string, FlagValue> = {};
  let help = false;
  let at = first.end;

  for (let word = readWord(line, at); word !== undefined; word = readWord(line, at)) {
    if (word.value === "--") {
      at = word.end;
      continue;
    }
    if (word.value === "--help" || word.value === "-h") {
      help = true;
      at = word.end;
      continue;
    }
    const given = splitFlag(word.value);
    if (given === undefined) break;
    const flag = Object.hasOwn(definition.flags, given.name) ? definition.flags[given.name] : undefined;
    if (flag === undefined) return failure(unknownFlag(verb, definition, word.value));
    if (Object.hasOwn(flags, given.name)) return failure(`--${given.name} is given twice.`);

    const read = readFlag(line, word.end, given, flag);
    if (!read.ok) return read;
    flags[given.name] = read.value.value;
    at = read.value.end;
  }

  const text = line.slice(at).trim();
  if (text !== "" && definition.freeText === undefined) {
    return failure(`Unexpected text '${shorten(text)}' after ${verb}: flags are --name=value or --name value.`);
  }
  return success({ verb, flags, text, help });
}

/** A flag as it stands in one word; without `value`, the next word may be it. */
interface GivenFlag {
  readonly name: string;
  readonly value: string | undefined;
}

/** @param at where the line goes on after the flag's own word @returns its value, and where the line goes on after that */
function readFlag(
  line: string,
  at: number,
  { name, value }: GivenFlag,
  flag: FlagDefinition,
): Result<{ readonly value: FlagValue; readonly end: number }, string> {
  const next = value === undefined && flag.kind !== "switch" ? readWord(line, at) : { value, end: at };
  if (next === undefined || (value === undefined && next.value?.startsWith("--"))) {
    return failure(`--${name} needs a value: ${flag.help}.`);
  }
  const read = readValue(name, flag, next.value);
  return read.ok ? success({ value: read.value, end: next.end }) : read;
}

function splitFlag(word: string): GivenFlag | undefined {
  const match = /^(?:--([A-Za-z][\w-]*)|-(f))(?:=([\s\S]*))?$/.exec(word);
  if (match === null) return word.startsWith("--") ? { name: word.slice(2), value: undefined } : undefined;
  return { name: match[2] === "f" ? "context_file" : (match[1] ?? ""), value: match[3] };
}

function readValue(name: string, flag: FlagDefinition, text: string | undefined): Result<FlagValue, string> {
  switch (flag.kind) {
    case "switch": {
      if (text === undefined || SWITCHED.on.includes(text)) return success(true);
      if (SWITCHED.off.includes(text)) return success(false);
      const values = [...SWITCHED.on, ...SWITCHED.off].join(", ");
      return failure(`--${name} is a switch: expected no value, or one of ${values}, got '${shorten(text)}'.`);
    }
    case "count": {
      const [least, most] = flag.range ?? [0, Number.MAX_SAFE_INTEGER];
      const number = Number(text);
      if (/^\d+$/.test(text ?? "") && number >= least && number <= most) return success(number);
      return failure(`--${name} expects a whole number from ${least} to ${most}, got '${shorten(text ?? "")}'.`);
    }
    case "choice": {
      const choices = flag.choices ?? [];
      if (text !== undefined && choices.includes(text)) return success(text);
      return failure(`--${name} expects ${choices.join(" or ")}, got '${shorten(text ?? "")}'.`);
    }
    case "path":
    case "text":
      if (text === undefined || text.trim() === "") return failure(`--${name} needs a value: ${flag.help}.`);
      if (text.includes("\0")) return failure(`--${name} holds a NUL byte.`);
      return success(text);
  }
}

function unknownFlag(verb: Verb, definition: CommandDefinition, word: string): string {
  const known = Object.keys(definition.flags).map((name) => `--${name}`);
  return `Unknown flag '${shorten(word)}' for ${verb}: expected ${[...known, "--help"].join(", ")}.`;
}

function shorten(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
