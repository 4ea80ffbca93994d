import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type HermeticHome, makeHermeticHome } from "../tests/support/hermeticHome.ts";
import { ModelServer } from "../tests/support/modelServer.ts";
import { opencodeConfig, placeConfig, type RunningOpencode, startOpencode } from "../tests/support/opencode.ts";
import { makeRepository, type Repository } from "../tests/support/repository.ts";
import { demoModel } from "./model.ts";

/** Why the demo did not reach its end, in one line for its user. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
}

/** A command of the demo that takes longer than this is stuck. */
const COMMAND_LIMIT_MS = 120_000;

/** Everything the demo plays on: a folder with a repository and a home of its own, and the model server. */
export class DemoStage {
  readonly repository: Repository;
  readonly home: HermeticHome;
  readonly server: ModelServer;
  interrupted = false;
  private running: RunningOpencode | undefined;

  private constructor(repository: Repository, home: HermeticHome, server: ModelServer) {
    this.repository = repository;
    this.home = home;
    this.server = server;
  }

  static async open(folder: string): Promise<DemoStage> {
    const sample = fileURLToPath(new URL("./sample", import.meta.url));
    const repository = await makeRepository({ path: join(folder, "expenses"), from: sample });
    const home = await makeHermeticHome(join(folder, "home"));
    return new DemoStage(repository, home, await ModelServer.start(demoModel));
  }

  /** Configures OpenCode as its user would: the model and this plugin, in the home's global configuration. */
  configure(): Promise<void> {
    const plugin = { workers: 3, verify: ["bun test"] };
    return placeConfig(opencodeConfig({ baseUrl: this.server.baseUrl, plugin }), "global", this);
  }

  /** Runs one OpenCode command in the repository and shows what it says while it says it. */
  async opencode(args: readonly string[]): Promise<void> {
    if (this.interrupted) throw new DemoFailure("interrupted");
    const shown = `opencode ${args.join(" ")}`;
    console.log(`\n$ ${shown}`);
    this.running = startOpencode(args, {
      cwd: this.repository.path,
      home: this.home,
      timeoutMs: COMMAND_LIMIT_MS,
      onStderr: (text) => process.stderr.write(text),
    });
    const { exitCode, timedOut, stdout, stderr } = await this.running.finished;
    this.running = undefined;
    process.stdout.write(stdout);
    if (timedOut) throw new DemoFailure(`\`${shown}\` did not end within ${COMMAND_LIMIT_MS / 1000} s.`);
    if (exitCode !== 0) throw new DemoFailure(`\`${shown}\` ended with status ${exitCode}: ${lastLine(stderr)}`);
  }

  /** What Ctrl-C does: the running command gets the signal and ends itself, and no other one starts. */
  interrupt(): void {
    this.interrupted = true;
    this.running?.signal("SIGINT");
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
