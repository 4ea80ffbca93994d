import type { CommandContext } from "../core/commandContext.ts";
import { readTextIfExists } from "../core/files.ts";
import { stateDirectoryFor } from "../core/stateDirectory.ts";
import { recordOrWarn } from "../factory/recordOrWarn.ts";
import { type BacklogSpec, SpecRepository } from "../factory/specRepository.ts";
import type { VersionOrigin } from "../factory/specVersion.ts";
import { ControlRepository } from "../git/controlRepository.ts";
import type { Git } from "../git/gitProcess.ts";
import type { UserRepository } from "../git/userRepository.ts";
import type { ProgressReporter } from "../monitoring/reporter.ts";

/** A file as the command knows it, and as messages name it. */
interface NamedFile {
  readonly path: string;
  readonly shown: string;
}

export interface SpecVersionsOptions {
  readonly git: Git;
  readonly user: UserRepository;
  readonly context: Pick<CommandContext, "environment" | "clock">;
  readonly progress: ProgressReporter;
  /** The command's name, for its warnings. */
  readonly phaseId: string;
}

/**
 * The versions of the files a command reads and writes. Recording never fails a command: without it the user's file is
 * as good as with it. Methods give a version's id, or undefined where there is none.
 */
export class SpecVersions {
  private readonly open: () => Promise<SpecRepository>;
  private readonly warn: (message: string) => void;
  private opened: Promise<SpecRepository> | undefined;

  constructor({ git, user, context, progress, phaseId }: SpecVersionsOptions) {
    const { clock, environment } = context;
    const state = stateDirectoryFor(user.commonDir, environment);
    this.open = async () => new SpecRepository(await ControlRepository.open(git, state, user), clock);
    this.warn = (message) => progress.log({ message, level: "warn", context: { phaseId, timestamp: clock.now() } });
  }

  /** The plan that is there: what a person made of the one we wrote. */
  planFound({ path, shown: file }: NamedFile): Promise<string | undefined> {
    return this.record(file, async (specs) => {
      const text = await readTextIfExists(path);
      return text === undefined ? undefined : specs.noticePlan({ text, file });
    });
  }

  planMade(file: string, text: string, origin: VersionOrigin): Promise<string | undefined> {
    return this.record(file, (specs) => specs.recordPlan({ text, file }, origin));
  }

  /** The backlog that is there, before another takes its place. */
  backlogFound(spec: BacklogSpec): Promise<string | undefined> {
    return this.record(spec.file, (specs) => specs.noticeBacklog(spec));
  }

  backlogMade(spec: BacklogSpec, origin: VersionOrigin): Promise<string | undefined> {
    return this.record(spec.file, (specs) => specs.recordBacklog(spec, origin));
  }

  private record(
    file: string,
    record: (specs: SpecRepository) => Promise<string | undefined>,
  ): Promise<string | undefined> {
    const openAndRecord = async () => {
      this.opened ??= this.open();
      return record(await this.opened);
    };
    return recordOrWarn(file, openAndRecord, this.warn);
  }
}
