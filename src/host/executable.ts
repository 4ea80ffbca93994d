import { spawn } from "node:child_process";
import { constants } from "node:os";
import { explainThrown } from "../commands/brokenMachine.ts";
import { DEFAULT_OPTIONS } from "../config.ts";
import { systemClock } from "../core/clock.ts";
import { pause } from "../core/pause.ts";
import { messageOf } from "../core/refusal.ts";
import { type Invocation, parseCommandLine } from "./commandLine.ts";
import { COMMANDS, helpFor } from "./commandTable.ts";
import { isLocal, type LocalVerb, localCommandFor } from "./localCommands.ts";
import { isVerb, VERBS } from "./names.ts";

/**
 * The executable `multi-agent-coder X …`: a thin front that starts `opencode run X -- …` in the same terminal and ends
 * with its status. It checks the flags first, so that a typing error costs no start of OpenCode. What asks no agent runs
 * here, without OpenCode.
 * @returns the exit status
 */
export async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [verb, ...rest] = args;
  if (verb === undefined || verb === "--help" || verb === "-h") {
    process.stdout.write(`${overview()}\n`);
    return 0;
  }
  const parsed = parseCommandLine(args.map(quoteIfNeeded).join(" "));
  if (!parsed.ok) {
    process.stderr.write(`${parsed.failure}\n`);
    return 1;
  }
  if (parsed.value.help && isVerb(verb)) {
    process.stdout.write(`${helpFor(verb)}\n`);
    return 0;
  }
  const { verb: known, flags } = parsed.value;
  if (isLocal(known)) return runHere(known, flags, environment);
  return execute("opencode", ["run", verb, "--", ...rest], environment);
}

/** A command that needs no OpenCode: its report goes to standard output, why it has none to standard error. */
async function runHere(verb: LocalVerb, flags: Invocation["flags"], environment: NodeJS.ProcessEnv): Promise<number> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  // A reader that has seen enough, such as `head`, closes the pipe: the rest is not wanted.
  process.stdout.on("error", () => undefined);
  try {
    const { text, outcome } = await localCommandFor({ verb, flags })({
      directory: process.cwd(),
      environment,
      // What opencode.json sets for this plugin only OpenCode knows.
      options: DEFAULT_OPTIONS,
      clock: systemClock,
      pause,
      signal: stop.signal,
    });
    if (text !== "") process.stdout.write(`${text}\n`);
    if (!outcome.done) process.stderr.write(`${outcome.reason}\n`);
    return outcome.done ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${explainThrown(error) ?? messageOf(error)}\n`);
    return 1;
  }
}

function overview(): string {
  const rows = VERBS.map((verb) => `  ${verb.padEnd(10)} ${COMMANDS[verb].summary}`);
  return [
    "multi-agent-coder <command> [flags]",
    "",
    ...rows,
    "",
    "multi-agent-coder <command> --help shows its flags.",
  ].join("\n");
}

function quoteIfNeeded(argument: string): string {
  return /[\s"'\\]/.test(argument) ? `"${argument.replace(/[\\"]/g, "\\$&")}"` : argument;
}

/** Standard input is closed: OpenCode would wait for an open pipe before it does anything. */
function execute(command: string, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], { env: environment, stdio: ["ignore", "inherit", "inherit"] });
    // The terminal sends Ctrl-C to both of us; OpenCode saves and ends, and we end with it.
    const ignore = () => undefined;
    const forward = (signal: NodeJS.Signals) => child.kill(signal);
    process.on("SIGINT", ignore);
    process.on("SIGTERM", forward);
    process.on("SIGHUP", forward);
    child.on("error", (error) => {
      const missing = "code" in error && error.code === "ENOENT";
      process.stderr.write(
        missing ? "opencode is not on the PATH: install it with 'npm i -g opencode-ai'.\n" : `${error.message}\n`,
      );
      resolve(1);
    });
    child.on("close", (status, signal) => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", forward);
      process.off("SIGHUP", forward);
      resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
