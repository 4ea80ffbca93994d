import type { TraceEvent, TraceTask } from "../../../src/monitoring/agentTrace.ts";
import type { Part, Project } from "./projects.ts";

/** A run recorded for the drift detector, and what a person says of it. */
export interface LabelledTrace {
  readonly family: string;
  readonly name: string;
  readonly verdict: "good" | "bad" | "severe";
  readonly task: TraceTask;
  readonly events: readonly TraceEvent[];
}

type Outcome = "ok" | "error" | "refused";

/** Where a trace plays: the part its task is about, the others, and dice of its own. */
export interface Stage {
  readonly project: Project;
  readonly part: Part;
  readonly others: readonly Part[];
  readonly test: string;
  readonly check: string;
  readonly random: () => number;
}

export function taskOf(
  { part, test, check }: Stage,
  { files = [part.files[0] ?? "", test], reads = [part.files[1] ?? ""], estimate = {}, words = "" }: TaskSketch = {},
): TraceTask {
  return {
    mayWrite: (path) =>
      files.some((entry) => (entry.endsWith("/**") ? path.startsWith(entry.slice(0, -2)) : entry === path)),
    files,
    reads,
    words: [part.title, part.description, words, check].join("\n"),
    estimate: { tokens: 120_000, lines: 120, milliseconds: 300_000, ...estimate },
  };
}

export interface TaskSketch {
  readonly files?: readonly string[];
  readonly reads?: readonly string[];
  readonly words?: string;
  readonly estimate?: Partial<TraceTask["estimate"]>;
}

/** Writes down what an agent does, a line a thing; each takes some seconds and tokens. */
export class TraceWriter {
  readonly events: TraceEvent[] = [];
  readonly random: () => number;
  private now = 0;
  private spent = 9_000;
  private edits = 0;
  private lines = 0;
  private readonly changed = new Set<string>();

  constructor(random: () => number) {
    this.random = random;
  }

  /** A whole number from `low` to `high`. */
  between(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.random() * items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }

  wait(seconds: number): void {
    this.now += Math.round(seconds * 1_000);
  }

  silence(seconds: number, every = 30): void {
    for (let passed = 0; passed < seconds; passed += every) {
      this.wait(Math.min(every, seconds - passed));
      this.events.push({ kind: "silence", at: this.now });
    }
  }

  read(path: string, outcome: Outcome = "ok"): void {
    this.call("read", "read", [path], undefined, `read ${path}`, outcome);
  }

  readFrom(path: string, offset: number): void {
    this.call("read", "read", [path], undefined, `read ${path} ${offset}`, "ok");
  }

  grep(words: string, folder?: string): void {
    this.call("grep", "read", folder === undefined ? [] : [folder], undefined, `grep ${words} ${folder}`, "ok");
  }

  edit(path: string, outcome: Outcome = "ok", change = `${++this.edits}`): void {
    this.call("edit", "write", [path], undefined, `edit ${path} ${change}`, outcome);
    if (outcome !== "ok") return;
    this.changed.add(path);
    this.lines += this.between(2, 14);
  }

  write(path: string, lines: number, outcome: Outcome = "ok"): void {
    this.call("write", "write", [path], undefined, `write ${path} ${++this.edits}`, outcome);
    if (outcome !== "ok") return;
    this.changed.add(path);
    this.lines += lines;
  }

  shell(command: string, outcome: Outcome = "ok"): void {
    this.call("bash", "shell", [], command, `bash ${command}`, outcome);
  }

  other(tool: string, what: string, outcome: Outcome = "ok"): void {
    this.call(tool, "other", [], undefined, `${tool} ${what}`, outcome);
  }

  say(text: string): void {
    this.wait(this.between(2, 8));
    this.events.push({ kind: "text", at: this.now, text });
    this.tokens(Math.round(text.length / 3));
  }

  tokens(more: number): void {
    this.spent += more;
    this.events.push({ kind: "tokens", at: this.now, total: this.spent });
  }

  /** What a checkpoint saw: what was written so far, or what is told here. */
  checkpoint(files = this.changed.size, lines = this.lines): void {
    this.events.push({ kind: "difference", at: this.now, files, lines });
  }

  private call(
    tool: string,
    does: "read" | "write" | "shell" | "other",
    paths: readonly string[],
    command: string | undefined,
    fingerprint: string,
    outcome: Outcome,
  ): void {
    this.wait(this.between(1, does === "shell" ? 15 : 6));
    this.events.push({ kind: "call", at: this.now, tool, does, paths, command, fingerprint, outcome });
    this.tokens(this.between(400, 2_500));
  }
}
