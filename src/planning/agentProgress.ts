import { MAX_CORRECTIONS } from "../core/agentRunner.ts";
import { formatModelRef } from "../core/modelCatalog.ts";
import { truncateUtf8 } from "../core/utf8.ts";
import type { ModelRef } from "../types.ts";
import type { AgentSurroundings } from "./agentSurroundings.ts";
import { cleanLine } from "./cleanText.ts";
import { describeCooling, timeOfDay } from "./cooldownText.ts";
import { type CoolingModel, isSameModel } from "./modelQueue.ts";
import { problemsInBrief } from "./schemaErrors.ts";

const MAX_REASON_BYTES = 600;

/** What is told of one agent while it is asked: each reason once, and each model's cooldown once a command. */
export class AgentProgress {
  private readonly name: string;
  private readonly around: Pick<AgentSurroundings, "report" | "isNews">;
  private readonly corrected = new Set<string>();
  private inWords: ModelRef | undefined;
  /** Why there is no answer yet, with the model that gave none. */
  problem = "there is no model to ask";
  /** The same as far as it has not been told; undefined: nothing happened yet. */
  news: string | undefined;

  constructor(name: string, around: Pick<AgentSurroundings, "report" | "isNews">) {
    this.name = name;
    this.around = around;
  }

  tellWho(model: ModelRef): void {
    const again = this.inWords !== undefined && isSameModel(model, this.inWords) ? " again, for JSON in words" : "";
    this.inWords = undefined;
    const asking = `asking ${formatModelRef(model)}${again}`;
    if (this.news === undefined) this.around.report("info", `${this.name}: ${asking}`);
    else this.around.report("warn", `${this.name}: ${this.news}; ${asking}`);
  }

  tellRetry(attempt: number, message: string): void {
    this.around.report("warn", `${this.name}: retry ${attempt}, ${message}`);
  }

  tellCorrection(correction: number, problem: string): void {
    const line = inOneLine(problemsInBrief(problem));
    const why = this.corrected.has(line) ? "the same is wrong" : line;
    this.corrected.add(line);
    const count = `${correction} of ${MAX_CORRECTIONS}`;
    this.around.report("warn", `${this.name}: asked to correct its answer (${count}): ${why}`);
  }

  tellCooling(cooling: CoolingModel): void {
    if (this.isNewCooldown(cooling.model)) this.around.report("warn", describeCooling(cooling));
  }

  /** Once a command, whichever agent comes upon it. */
  tellOnce(message: string): void {
    if (this.around.isNews(message)) this.around.report("warn", message);
  }

  note(model: ModelRef, problem: string): void {
    const line = inOneLine(problem);
    this.problem = `${formatModelRef(model)}: ${line}`;
    this.news = this.corrected.has(line) ? `${formatModelRef(model)}: its answer is still wrong` : this.problem;
  }

  /** It will be asked once more, for JSON in words, because of this problem. */
  noteInWords(model: ModelRef, problem: string): void {
    this.note(model, problem);
    this.inWords = model;
  }

  /** @param isNews that it cools down */
  noteCooldown({ model, until, why }: CoolingModel, isNews: boolean): void {
    this.note(model, `${why} (cools down until ${timeOfDay(until)})`);
    if (!isNews) this.news = `${formatModelRef(model)}: ${inOneLine(why)}`;
  }

  noteAllCooling(cooling: readonly CoolingModel[]): void {
    for (const one of cooling) this.tellCooling(one);
    this.news = "no model can be asked now";
    this.problem = `${this.news}: ${cooling.map(describeCooling).join("; ")}`;
  }

  /** No model of these was asked, since the quorum stands. */
  noteUnneeded(models: string): void {
    this.problem += `; ${models} was not needed`;
    this.news = `${this.news ?? this.problem}; ${models} was not needed`;
  }

  /** True once a command. */
  isNewCooldown(model: ModelRef): boolean {
    return this.around.isNews(`cooldown of ${formatModelRef(model)}`);
  }
}

/** Providers answer with whole pages at times. */
function inOneLine(problem: string): string {
  return truncateUtf8(cleanLine(problem), MAX_REASON_BYTES);
}
