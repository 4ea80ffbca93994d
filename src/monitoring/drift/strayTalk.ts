import type { TraceTask } from "../agentTrace.ts";
import type { ScopeMap } from "./scopeMap.ts";
import { type DriftSignal, ramp } from "./signal.ts";
import type { Step } from "./steps.ts";
import { languageOf, termsOf } from "./terms.ts";

/** Terms of the agent's last texts that are looked at, and how few say nothing. */
const WINDOW = 160;
const TOO_FEW = 50;
/** Texts in a row without a look at the task that are nothing yet. */
const FEW_TEXTS = 3;
/** A deed in the scope says as much as so many terms of the task; a look near it less. */
const WRITE_SAYS = 30;
const READ_SAYS = 4;
const MAX_STRENGTH = 0.7;

/**
 * The agent's last texts hold hardly a term of the task, nor of what it reads near its scope, and it did
 * nothing about the task between them. Texts in
 * another language than the task's share no words with it and are left out. Never certain.
 */
export class StrayTalk implements DriftSignal {
  readonly name = "talk of something else";
  private readonly map: ScopeMap;
  private readonly terms: Set<string>;
  private readonly read = new Set<string>();
  private readonly language: string | undefined;
  /** Whether each of the last terms is the task's; a ring. */
  private readonly window = new Uint8Array(WINDOW);
  private next = 0;
  private filled = 0;
  private hits = 0;
  /** Since the agent last did something about the task. */
  private texts = 0;

  constructor(map: ScopeMap, { files, reads, words }: TraceTask) {
    this.map = map;
    this.terms = termsOf([words, ...files, ...reads].join("\n"));
    this.language = languageOf(words);
  }

  observe({ event, call }: Step): void {
    if (event.kind === "text") this.observeText(event.text);
    if (event.kind !== "call" || call === undefined || event.outcome === "refused") return;
    if (call.isNamedCheck) this.noteDeed(READ_SAYS);
    if (event.outcome === "error") return;
    if (call.inside.length > 0) this.noteDeed(WRITE_SAYS);
    for (const path of call.read) {
      if (this.map.distance(path) > 0) continue;
      this.noteDeed(READ_SAYS);
      if (this.read.has(path)) continue;
      this.read.add(path);
      for (const term of termsOf(path)) this.terms.add(term);
    }
  }

  strength(): number {
    if (this.filled < TOO_FEW || this.texts <= FEW_TEXTS) return 0;
    const astray = 1 - this.hits / this.filled;
    return Math.min(MAX_STRENGTH, ramp(astray, 0.86, 0.92, 1));
  }

  says(): string {
    return "what it says has hardly a word of the task's";
  }

  private observeText(text: string): void {
    const language = languageOf(text);
    if (language !== undefined && this.language !== undefined && language !== this.language) return;
    this.texts += 1;
    for (const term of termsOf(text)) this.put(this.terms.has(term), 1);
  }

  private noteDeed(says: number): void {
    this.texts = 0;
    this.put(true, says);
  }

  private put(isTasks: boolean, times: number): void {
    for (let time = 0; time < times; time++) {
      if (this.filled === WINDOW) this.hits -= this.window[this.next] ?? 0;
      else this.filled += 1;
      this.window[this.next] = isTasks ? 1 : 0;
      this.hits += isTasks ? 1 : 0;
      this.next = (this.next + 1) % WINDOW;
    }
  }
}
