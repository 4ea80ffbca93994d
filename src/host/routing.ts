import { isVerb, type Verb } from "./names.ts";
import { quoted, readWord, unwrapQuotes } from "./words.ts";

/** What is known of a message before any model is called. */
export interface IncomingMessage {
  /** `process.argv` of the OpenCode process. */
  readonly argv: readonly string[];
  /** The message's own text, as OpenCode handed it over. */
  readonly text: string;
  /** Paths attached with `-f`. */
  readonly files: readonly string[];
}

/** Global options of `opencode` that take their value as a separate word. */
const OPTIONS_WITH_VALUE = ["--log-level"];

/** True when this process is `opencode run …`: its first word that is neither a flag nor a flag's value is `run`. */
export function isOpencodeRun(argv: readonly string[]): boolean {
  return firstWordIndex(argv, "run") !== undefined;
}

/**
 * Decides whether a message typed as `opencode run …` is one of our commands, and if so returns its command line.
 * Only a whole message counts: the verb alone, the verb and flags, the verb with an attached file, the verb followed
 * by `--` on the command line, or the verb with piped text. `opencode run plan a trip` is a chat like any other, and
 * outside `opencode run` nothing that is typed is ours: people type "implement" in a chat.
 */
export function routeRunMessage(message: IncomingMessage): string | undefined {
  if (!isOpencodeRun(message.argv)) return undefined;
  const line = unwrapQuotes(message.text);
  const first = readWord(line, 0);
  if (first === undefined || !isVerb(first.value)) return undefined;
  const rest = line.slice(first.end);

  const isOurs =
    rest.trim() === "" ||
    /^\s+-(-|[fh]\b)/.test(rest) ||
    message.files.length > 0 ||
    startsLikePipedText(rest) ||
    isFollowedByDashes(message.argv, first.value);
  return isOurs ? withAttachedFile(first.value, rest, message.files) : undefined;
}

/** Builds the command line of a slash command or of `opencode run --command`. */
export function commandLineFor(verb: Verb, argumentsText: string, files: readonly string[]): string {
  const text = argumentsText.trim();
  return withAttachedFile(verb, text === "" ? "" : ` ${unwrapFlags(text)}`, files);
}

/** `--command plan "--context_file=a b"` arrives as one quoted word that starts with a flag. */
function unwrapFlags(text: string): string {
  const unwrapped = unwrapQuotes(text);
  return unwrapped.startsWith("-") ? unwrapped : text;
}

function withAttachedFile(verb: Verb, rest: string, files: readonly string[]): string {
  const attached = files.map((file) => ` --context_file=${quoted(file)}`).join("");
  return `${verb}${attached}${rest}`;
}

/** OpenCode joins piped standard input to the message with a line break. */
function startsLikePipedText(rest: string): boolean {
  return /^\r?\n/.test(rest);
}

function isFollowedByDashes(argv: readonly string[], verb: string): boolean {
  const run = firstWordIndex(argv, "run");
  if (run === undefined) return false;
  const at = argv.indexOf(verb, run + 1);
  return at !== -1 && argv[at + 1] === "--";
}

function firstWordIndex(argv: readonly string[], word: string): number | undefined {
  // The first two are the program and the script.
  for (let at = 2; at < argv.length; at++) {
    const argument = argv[at] ?? "";
    if (OPTIONS_WITH_VALUE.includes(argument)) at++;
    else if (!argument.startsWith("-")) return argument === word ? at : undefined;
  }
  return undefined;
}
