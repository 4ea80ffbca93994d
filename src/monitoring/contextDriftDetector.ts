import type { DriftAssessment, DriftLevel, TraceEvent, TraceTask } from "./agentTrace.ts";
import { ErrorStorm } from "./drift/errorStorm.ts";
import { FarReading } from "./drift/farReading.ts";
import { DifferenceOverEstimate, TokensOverEstimate } from "./drift/overEstimate.ts";
import { RefusedWrites } from "./drift/refusedWrites.ts";
import { RepeatedCalls } from "./drift/repeatedCalls.ts";
import { ScopeMap } from "./drift/scopeMap.ts";
import type { DriftSignal } from "./drift/signal.ts";
import { Standstill } from "./drift/standstill.ts";
import { StepReader } from "./drift/steps.ts";
import { StrayTalk } from "./drift/strayTalk.ts";
import { TalkWithoutDeeds } from "./drift/talkWithoutDeeds.ts";

/** Scores at which a level begins, and below which it ends again: a score that wavers does not flicker. */
const NOTICE = { from: 0.5, until: 0.3 };
const CRITICAL = { from: 0.85, until: 0.6 };
/** A notice that holds through so many calls without a change of the task's files has led to nothing. */
const UNHEEDED_CALLS = 25;
/** Weaker signals are not worth a line. */
const WORTH_SAYING = 0.2;

export interface DriftReading extends DriftAssessment {
  /**
   * True once for each cause: the level has risen, or at `notice` a signal that was told of neither has become strong
   * enough for a notice by itself. Only then is there something to tell the agent, or to pause it for.
   */
  readonly isNews: boolean;
}

/**
 * M14: holds what an agent does against its task, event by event, in constant time each. The strengths of the signals,
 * from 0 (as good agents work) over 0.5 (a notice) to 1 (certain), are taken together as independent witnesses:
 * 1 - Π(1 - strength). A notice that leads to nothing for long becomes critical. It knows no clock and acts on nothing: the same events give the same readings
 * (docs/decisions/0046-what-drift-is.md).
 */
export class ContextDriftDetector {
  private readonly steps: StepReader;
  private readonly signals: readonly DriftSignal[];
  private readonly told = new Set<DriftSignal>();
  private level: DriftLevel = "none";
  private unheeded = 0;

  constructor(task: TraceTask) {
    const map = new ScopeMap(task);
    this.steps = new StepReader(task, map);
    this.signals = [
      new RefusedWrites(),
      new RepeatedCalls(),
      new ErrorStorm(),
      new DifferenceOverEstimate(task),
      new TokensOverEstimate(task),
      new Standstill(task),
      new TalkWithoutDeeds(),
      new FarReading(map, task),
      new StrayTalk(map, task),
    ];
  }

  observe(event: TraceEvent): DriftReading {
    const step = this.steps.read(event);
    const weighty: Witness[] = [];
    let doubt = 1;
    for (const signal of this.signals) {
      signal.observe(step);
      const strength = signal.strength();
      doubt *= 1 - strength;
      if (strength >= WORTH_SAYING) weighty.push({ signal, strength });
    }
    weighty.sort((a, b) => b.strength - a.strength);
    const score = 1 - doubt;
    if (step.isChange || score < NOTICE.from) this.unheeded = 0;
    else if (step.call !== undefined) this.unheeded += 1;
    const before = this.level;
    this.level = this.unheeded >= UNHEEDED_CALLS ? "critical" : levelAfter(before, score);
    return { level: this.level, score, signals: weighty.map(lineOf), isNews: this.isNews(before, weighty) };
  }

  private isNews(before: DriftLevel, weighty: readonly Witness[]): boolean {
    if (this.level === "none") {
      this.told.clear();
      return false;
    }
    const hasRisen = RANK[this.level] > RANK[before];
    const isUntold = ({ signal, strength }: Witness) => strength >= NOTICE.from && !this.told.has(signal);
    const hasNewCause = this.level === "notice" && weighty.some(isUntold);
    if (!hasRisen && !hasNewCause) return false;
    for (const { signal } of weighty) this.told.add(signal);
    return true;
  }
}

interface Witness {
  readonly signal: DriftSignal;
  readonly strength: number;
}

const RANK: Readonly<Record<DriftLevel, number>> = { none: 0, notice: 1, critical: 2 };

function levelAfter(before: DriftLevel, score: number): DriftLevel {
  if (score >= (before === "critical" ? CRITICAL.until : CRITICAL.from)) return "critical";
  if (score >= (before === "none" ? NOTICE.from : NOTICE.until)) return "notice";
  return "none";
}

const lineOf = ({ signal }: Witness) => `${signal.name}: ${signal.says()}`;
