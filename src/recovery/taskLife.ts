import { failure, type Result, success } from "../core/result.ts";
import type { TaskEvent } from "./runEvents.ts";
import { effectOf } from "./taskEffects.ts";
import { IN_ATTEMPT, type TaskPhase, type TaskState } from "./taskState.ts";

/** While work is verified its agent may be waiting to hear what came of it. */
const WITH_AN_AGENT: readonly TaskPhase[] = ["preparing", "working", "verifying"];
const BETWEEN_ATTEMPTS: readonly TaskPhase[] = ["ready", "retrying", "awaiting_input"];
/** The branch is rolled back while no attempt is under way. */
const AT_REST: readonly TaskPhase[] = [...BETWEEN_ATTEMPTS, "complete", "failed", "skipped"];
const ANY: readonly TaskPhase[] = [...AT_REST, ...IN_ATTEMPT];

/**
 * The life of a task, as its phases and the events that lead from one to another:
 *
 *     ready ──attempt_started──► preparing ──session_opened──► working ◄─────────────┐
 *       │                            ▲         question_asked  │ │ work_captured      │ verification_finished
 *       │                            │                         │ ▼                    │ (not passed: correction_sent)
 *       │                            ├── awaiting_input ◄──────┘ verifying ───────────┘
 *       │                            │      ▲ │                       │ ▲ │
 *       │                            │      │ └──answer_given─────────┼─┘ │ landing_intended (passed)
 *       │                            │      └────approval_requested───┘   │
 *       │                            └── retrying ◄──attempt_failed──┐    ▼
 *       │                                   │        (from any state │ landing ──task_landed──► complete
 *       │                                   │         of an attempt, └────┘                       │  ▲
 *       │                                   │         awaiting_input too)             task_undone │  │ task_restored
 *       │                                   │                                                     ▼  │
 *       │                                   │                                                    ready
 *       ├──task_skipped──► skipped ◄────────┤  (and from awaiting_input)
 *       └──task_failed───► failed  ◄────────┘  (and from any state but landing, which must be resolved first)
 *                            │
 *                            └──task_rolled_back──► retrying   (from ready, retrying, awaiting_input and skipped too)
 *
 * `task_undone` and `task_restored` may come in any state outside an attempt: what an earlier run landed may be taken
 * back, or brought back, while this one has begun the task again.
 *
 * When a task is rolled back, those that were skipped for its sake are ready again.
 *
 * A crash changes no state: after `run_resumed` a task is where its last event left it, and whoever resumes either goes
 * on from there or ends the attempt with a transient `attempt_failed`. An answer to a question leaves the task waiting
 * for input, to be started again with the answer; one that approves leads back to `verifying`, from where it lands.
 *
 * From which phases each event may come:
 */
const ALLOWED_FROM: Readonly<Record<TaskEvent["type"], readonly TaskPhase[]>> = {
  attempt_started: BETWEEN_ATTEMPTS,
  session_opened: ["preparing", "working"],
  // An agent that asked a person has stopped, but its session has still to end.
  agent_finished: [...WITH_AN_AGENT, "awaiting_input"],
  model_changed: ["preparing", "working"],
  // Preparing: work of an earlier attempt, looked at before an agent is asked.
  work_captured: ["preparing", "working"],
  verification_finished: ["verifying"],
  correction_sent: ["working"],
  proof_finished: ["verifying"],
  write_refused: WITH_AN_AGENT,
  scope_amended: WITH_AN_AGENT,
  drift_noticed: WITH_AN_AGENT,
  message_sent: WITH_AN_AGENT,
  message_acknowledged: WITH_AN_AGENT,
  agent_held: WITH_AN_AGENT,
  agent_released: WITH_AN_AGENT,
  // Between attempts: of what a rollback is about to leave.
  checkpoint_taken: [...WITH_AN_AGENT, ...BETWEEN_ATTEMPTS, "failed", "skipped"],
  approval_requested: ["verifying"],
  question_asked: ["working"],
  answer_given: ["awaiting_input"],
  task_paused: ANY,
  task_unpaused: ANY,
  landing_intended: ["verifying", "landing"],
  task_landed: ["landing"],
  // Not complete: an earlier run landed it, and this one may have begun it again.
  task_undone: AT_REST,
  // Complete: by another commit of its own.
  task_restored: AT_REST,
  task_taken_over: ["ready"],
  task_rolled_back: [...BETWEEN_ATTEMPTS, "failed", "skipped"],
  attempt_failed: [...IN_ATTEMPT, "awaiting_input"],
  task_failed: [...BETWEEN_ATTEMPTS, "preparing", "working", "verifying"],
  task_skipped: BETWEEN_ATTEMPTS,
};

/** The task after `event`; the failure says why the event cannot follow what came before. */
export function advanceTask(task: TaskState, event: TaskEvent): Result<TaskState, string> {
  if (!ALLOWED_FROM[event.type].includes(task.phase)) {
    return failure(`${event.type} cannot follow while task ${task.id} is ${task.phase}`);
  }
  if ("attempt" in event) {
    const due = event.type === "attempt_started" ? task.attempts + 1 : task.attempts;
    if (event.attempt !== due) {
      return failure(`${event.type} names attempt ${event.attempt} of task ${task.id} where ${due} is due`);
    }
  }
  if ((event.type === "landing_intended" || event.type === "approval_requested") && !task.verified) {
    return failure(`task ${task.id} is to land although its work has not passed verification`);
  }
  if (event.type === "answer_given" && task.inquiry?.checkpoint !== event.checkpoint) {
    return failure(`task ${task.id} does not wait for an answer to ${event.checkpoint}`);
  }
  return success(effectOf(task, event));
}
