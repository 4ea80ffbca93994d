import { accessSync, constants } from "node:fs";
import { isAbsolute, join } from "node:path";
import { bubblewrapPrefix } from "./bubblewrap.ts";
import { allowedEnvironment } from "./environment.ts";
import { failure, type Result, success } from "./result.ts";
import { runProcess } from "./shell.ts";
import { lastLines } from "./utf8.ts";

/** It takes 10 ms; a machine under load gets its time. */
const PROBE_LIMIT_MS = 10_000;

/** Passes where the root cannot be written, process ids begin anew, and no network leads anywhere. */
const PROBE = '! (: >/.mac-probe) 2>/dev/null && [ "$$" -lt 9 ] && [ "$(cat /proc/net/route | wc -l)" -le 1 ]';

/**
 * The absolute path of a bubblewrap that works: user namespaces may be switched off, for this user or in this container.
 * The failure is half a sentence: what is wrong, and how to mend it.
 */
export async function findBubblewrap(environment: NodeJS.ProcessEnv): Promise<Result<string, string>> {
  if (process.platform !== "linux") return failure("there is bubblewrap on Linux only");
  const program = findProgram("bwrap", environment.PATH ?? "");
  if (program === undefined) return failure("bubblewrap is not installed: `apt install bubblewrap`");
  const [command = program, ...args] = bubblewrapPrefix(program, [], { network: false });
  const outcome = await runProcess(command, [...args, "/bin/sh", "-c", PROBE], {
    cwd: "/",
    env: allowedEnvironment(environment),
    timeoutMs: PROBE_LIMIT_MS,
  });
  if (outcome.end.reason === "exited" && outcome.end.exitCode === 0) return success(program);
  const said = lastLines(outcome.stderr, 200).trim().split("\n").at(-1) ?? "";
  const why = outcome.end.reason === "timeout" ? "it did not answer" : said === "" ? "a trial run failed" : said;
  return failure(`bubblewrap does not work here (${why}): allow unprivileged user namespaces`);
}

/** Relative entries of PATH are passed over: they mean another program in each folder. */
function findProgram(name: string, path: string): string | undefined {
  const candidates = path
    .split(":")
    .filter(isAbsolute)
    .map((folder) => join(folder, name));
  return candidates.find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
