import type { PersonCheckpoint, PersonRequest } from "../../core/agentSupervisor.ts";
import type { RunEvent } from "../../recovery/runEvents.ts";

export interface AgentQuestionOptions {
  readonly task: string;
  readonly attempt: number;
  /** Names the question, for `answer --checkpoint`. */
  readonly checkpoint: string;
  /** Saves what the agent has made. */
  readonly save: () => Promise<void>;
  readonly record: (event: RunEvent) => Promise<void>;
  /** Ends the agent's session. */
  readonly stop: () => void;
}

/** In characters. */
const LIMITS = { message: 2_000, option: 200, resumeId: 200 } as const;

/** H3. What an agent asks a person: once an attempt, since its session ends with it. */
export class AgentQuestion {
  private readonly options: AgentQuestionOptions;
  private onRecord: PersonCheckpoint | undefined;
  private asking: Promise<unknown> = Promise.resolve();

  constructor(options: AgentQuestionOptions) {
    this.options = options;
  }

  /** The question, once it is on record. */
  get asked(): PersonCheckpoint | undefined {
    return this.onRecord;
  }

  /**
   * On record only once the work it is about is saved, and never once the attempt has gone another way (`isOver`).
   * @returns what the agent is told; undefined: it came too late
   */
  ask(request: PersonRequest, isOver: () => boolean): Promise<string | undefined> {
    const asking = this.askNow(request, isOver);
    this.asking = asking.catch(() => undefined);
    return asking;
  }

  /** Resolves once no question is on its way. */
  async settled(): Promise<void> {
    await this.asking;
  }

  private async askNow(
    { message, options: proposed, resumeId }: PersonRequest,
    isOver: () => boolean,
  ): Promise<string | undefined> {
    const { attempt, checkpoint, record, save, stop, task } = this.options;
    await save();
    if (isOver()) return undefined;
    const question = message.slice(0, LIMITS.message);
    const options = proposed.map((text) => text.slice(0, LIMITS.option));
    const resume = resumeId === undefined ? {} : { resume_id: resumeId.slice(0, LIMITS.resumeId) };
    await record({ type: "question_asked", task, attempt, checkpoint, question, options, ...resume });
    this.onRecord = { id: checkpoint, message: question, options };
    stop();
    return "A person was asked. Your work is saved and this session ends now; the next one goes on with the answer.";
  }
}
