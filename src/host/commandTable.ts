import { slashNameOf, type Verb } from "./names.ts";

/** What a flag's value has to be. A `switch` needs no value; `--name=off` turns it off. */
export type FlagKind = "path" | "text" | "count" | "choice" | "switch";

export interface FlagDefinition {
  readonly kind: FlagKind;
  readonly help: string;
  /** As the help text shows it. The value itself is filled in where the command runs. */
  readonly shownDefault?: string;
  /** Smallest and largest allowed number, for `count`. */
  readonly range?: readonly [number, number];
  /** What can be chosen, for `choice`. */
  readonly choices?: readonly string[];
}

export interface CommandDefinition {
  readonly summary: string;
  readonly flags: Readonly<Record<string, FlagDefinition>>;
  /** What text after the flags means; without it such text is refused. */
  readonly freeText?: string;
}

/** The one table that parsing, help and the slash commands come from. */
export const COMMANDS: Readonly<Record<Verb, CommandDefinition>> = {
  plan: {
    summary: "Three planning agents plan a feature; their answers become tasks/PLAN.md",
    freeText: "the feature, when no --context_file is given",
    flags: {
      context_file: { kind: "path", help: "file that describes the feature (also: -f file)" },
      output: { kind: "path", help: "where the plan goes", shownDefault: "tasks/PLAN.md" },
      agents: { kind: "count", help: "planning agents", shownDefault: "3", range: [1, 9] },
      quorum: { kind: "count", help: "answers that are enough", shownDefault: "2", range: [1, 9] },
      research: {
        kind: "switch",
        help: "find out first what the feature builds on, into tasks/research.json; --research=off: never",
        shownDefault: "when it names technologies or links",
      },
    },
  },
  backlog: {
    summary: "Turn the plan into tasks/BACKLOG.yaml, a checked graph of tasks",
    flags: {
      plan_file: { kind: "path", help: "the plan to read", shownDefault: "tasks/PLAN.md" },
      track_id: {
        kind: "text",
        help: "name of the work, [a-z0-9-], at most 48",
        shownDefault: "from the plan's title",
      },
      output: { kind: "path", help: "where the backlog goes", shownDefault: "tasks/BACKLOG.yaml" },
      draft: {
        kind: "choice",
        help: "who drafts: `model`, or `plan`, its own items without a model",
        shownDefault: "model",
        choices: ["model", "plan"],
      },
      dry_run: { kind: "switch", help: "draft without a model, print, write nothing" },
    },
  },
  implement: {
    summary: "Work the backlog off with many agents at once, onto the branch mac/<track_id>",
    flags: {
      backlog_file: { kind: "path", help: "the backlog to work off", shownDefault: "tasks/BACKLOG.yaml" },
      workers: { kind: "count", help: "tasks at once", shownDefault: "3", range: [1, 32] },
      only: { kind: "text", help: "task ids, separated by commas; what they depend on must be complete" },
      dry_run: { kind: "switch", help: "check, show the order and the models, spend nothing" },
      allow_red_base: { kind: "switch", help: "start although `verify` fails on the untouched base" },
      mode: {
        kind: "choice",
        help: "`agent`, or `patch`: models only read and answer with edits, which are checked, then applied by plain code",
        shownDefault: "agent",
        choices: ["agent", "patch"],
      },
    },
  },
  status: {
    summary: "Show how far a track is, or one task, and the versions of its spec; changes nothing",
    flags: {
      task: { kind: "text", help: "one task: its spec, and its attempts with their reasons" },
      history: {
        kind: "switch",
        help: "each version of the plan and the backlog, or of one task, and what it changed",
      },
      run: { kind: "text", help: "the run to tell of", shownDefault: "the track's latest" },
      track_id: { kind: "text", help: "the track to tell of", shownDefault: "that of tasks/BACKLOG.yaml" },
      json: { kind: "switch", help: "print one JSON document (schemas/status.schema.json)" },
    },
  },
  answer: {
    summary: "Answer what a run asks: what an agent has to know, or whether a task's work may land",
    flags: {
      checkpoint: { kind: "text", help: "the question, as status and the end of a run name it" },
      input: {
        kind: "text",
        help: "your words; to work that may land `approve`, or why not. Without it: show the question",
      },
    },
  },
  pause: {
    summary: "Make the agents of the run that is under way stand still, or one task's, and let them go on",
    flags: {
      task: { kind: "text", help: "this task alone", shownDefault: "the whole run" },
      off: { kind: "switch", help: "let it go on" },
      track_id: { kind: "text", help: "the track, where several are under way" },
    },
  },
  rollback: {
    summary: "Take landed work back, by new commits that are verified first, or go back to a checkpoint of a task",
    flags: {
      task: { kind: "text", help: "a landed task; what depends on it is taken back too" },
      to: { kind: "text", help: "a commit of mac/<track_id>, or a task: the branch as it was right after it landed" },
      checkpoint: {
        kind: "text",
        help: "of a task that has not landed, as status --task names it: it goes on from there",
      },
      mode: {
        kind: "text",
        choices: ["full", "partial", "smart"],
        help: "with --checkpoint: all of it; only files in violation; those, as they last were not",
        shownDefault: "full",
      },
      track_id: { kind: "text", help: "its track", shownDefault: "that of tasks/BACKLOG.yaml" },
    },
  },
  replay: {
    summary: "Add a run's journal up again and hold it against what is there; or drive the run again, without a model",
    flags: {
      run: { kind: "text", help: "the run", shownDefault: "the latest" },
      again: {
        kind: "switch",
        help: "work the backlog off once more with the recorded agents, in a temporary folder, and compare the trees",
      },
    },
  },
  doctor: {
    summary:
      "Check what a run needs: git, repository, verify, setup, models, disk, sandbox, and a small run without a model",
    flags: {
      backlog_file: { kind: "path", help: "the backlog to check for", shownDefault: "tasks/BACKLOG.yaml" },
      json: { kind: "switch", help: "print one JSON document (schemas/doctor.schema.json)" },
    },
  },
  clean: {
    summary: "Remove what finished and dead runs left; every commit is kept, and nothing of a live run is touched",
    flags: {
      run: { kind: "text", help: "set this run aside too: its refs, its branch if yours has all of it, its folder" },
      all: { kind: "switch", help: "the same for every finished run" },
      force: {
        kind: "switch",
        help: "also one that is not finished, or whose work no branch of yours has; loses nothing",
      },
    },
  },
};

/** Help for one command, as `--help` prints it. */
export function helpFor(verb: Verb): string {
  const { summary, flags, freeText } = COMMANDS[verb];
  const rows = Object.entries(flags).map(([name, flag]) => {
    const value = flag.kind === "switch" ? "" : `=<${flag.choices?.join("|") ?? flag.kind}>`;
    const byDefault = flag.shownDefault === undefined ? "" : ` (default: ${flag.shownDefault})`;
    return `  --${name}${value}`.padEnd(28) + flag.help + byDefault;
  });
  const rest = freeText === undefined ? "" : " [text]";
  return [
    `${verb}: ${summary}.`,
    "",
    `  opencode run ${verb} -- [flags]${rest}`,
    `  /${slashNameOf(verb)} [flags]${rest}`,
    "",
    ...rows,
    ...(freeText === undefined ? [] : [`  ${"text".padEnd(26)}${freeText}`]),
  ].join("\n");
}
