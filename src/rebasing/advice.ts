import { AMEND_SCOPE_TOOL } from "../core/agentSupervisor.ts";
import type { MessClass } from "./mess.ts";

/** What an agent is to heed after a mess of each class: the constraint that was broken, as something to do. */
export const AGENT_ADVICE: Readonly<Record<MessClass, string>> = {
  drift: "Stay with what the task says and with its files. Do not repeat a call that failed.",
  scope: `Leave all other paths as they are; where the task cannot do without one, ask with ${AMEND_SCOPE_TOOL} first.`,
  forbidden:
    "Add no symbolic link, submodule, key, or configuration of git or OpenCode: work that holds one never lands.",
  no_progress: "Write to the task's files early. What is only said in an answer does not count.",
  acceptance: "Make this pass before you stop.",
  verify:
    "The task's own commands passed. This one runs on the files you see now, with what other tasks landed: keep all of it working.",
  conflict:
    "Others changed the same places, and the files you see have that: read them again, and change as few lines as you can.",
  context_overflow: "Read only what the task needs, large files in parts, and print little.",
  invalid_output: "Call one tool at a time, with exactly the arguments it describes.",
  timeout: "Take the shortest way to what the task asks for. Start nothing that does not end by itself.",
  rejected: "A person looked at the work and said no: heed what they said.",
};

/** What a person can do after a task's last attempt made a mess of each class. */
export const PERSON_ADVICE: Readonly<Record<MessClass, readonly string[]>> = {
  drift: ["Say in the description what is not part of the task, or split it: agents lost sight of what it asks for."],
  scope: ["Add to `files` what the task cannot do without, or say in the description how to do without it."],
  forbidden: [
    "Say in the description how to do it without links, submodules, keys and configuration; or do that part by hand.",
  ],
  no_progress: [
    "Is there anything left to do? If nothing has to change, set `allow_empty: true`; else name the first step.",
  ],
  acceptance: [
    "Run the last failing command by hand on the branch: can it pass with changes to the task's `files` alone?",
    "If it can, name the failing place and what is expected there in the description; if not, widen `files` or mend the command.",
  ],
  verify: [
    "The work passes alone, but not with what has landed: name in `depends_on` the task it has to build on, or in the description what has to keep working.",
  ],
  conflict: ["Let the task depend on the one that changes the same lines, so that it starts from what that one made."],
  context_overflow: [
    "Split the task, or name under `reads` the few files that matter: its agents read more than their model holds.",
  ],
  invalid_output: ["Give the task another model (`model: provider/model`): this one's tool calls cannot be read."],
  timeout: ["Split the task, give it a faster model, or raise `taskTimeoutSeconds`."],
  rejected: ["Write what was wanted into the description: agents read it word for word."],
};
