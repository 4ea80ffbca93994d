import type { Options } from "../config.ts";
import type { AgentRole } from "./agentRunner.ts";

/** What an agent can do at all; the host turns each into tools of its own. */
export type Ability = "read" | "web" | "write" | "shell" | "talk to its supervisor" | "ask a person";

export interface RoleDefinition {
  readonly abilities: readonly Ability[];
  /** The list of `models` in the options that names its models, in order of preference. */
  readonly models: keyof Options["models"] | "by class of the task" | "any that will work";
  /** Who stands in when no model of that list is given. */
  readonly fallback: "free models" | "the session's model";
  /** True: what it answers is data by schema, which a command checks before it uses it. */
  readonly answersBySchema: boolean;
  /** Where its words or work may end up. Nothing else is written on its behalf. */
  readonly owns:
    | "one answer of the plan"
    | "the research file"
    | "the draft of the backlog"
    | "its task's worktree"
    | "the review of the goal"
    | "nothing";
}

/**
 * D7: every kind of agent there is. No agent can call another and none sees another's session: only commands spawn
 * agents, and what agents share is files that one command writes.
 */
export const AGENT_ROLES: Readonly<Record<AgentRole, RoleDefinition>> = {
  planner: {
    abilities: ["read"],
    models: "planning",
    fallback: "free models",
    answersBySchema: true,
    owns: "one answer of the plan",
  },
  researcher: {
    abilities: ["read", "web"],
    models: "planning",
    fallback: "free models",
    answersBySchema: true,
    owns: "the research file",
  },
  backlog: {
    abilities: ["read"],
    models: "backlog",
    fallback: "the session's model",
    answersBySchema: true,
    owns: "the draft of the backlog",
  },
  worker: {
    abilities: ["read", "write", "shell", "talk to its supervisor", "ask a person"],
    models: "by class of the task",
    fallback: "the session's model",
    answersBySchema: false,
    owns: "its task's worktree",
  },
  /** X7. Does a worker's task where no agent is to be at large: what it answers is applied by plain code. */
  patcher: {
    abilities: ["read"],
    models: "by class of the task",
    fallback: "the session's model",
    answersBySchema: true,
    owns: "its task's worktree",
  },
  reviewer: {
    abilities: ["read"],
    models: "complex",
    fallback: "the session's model",
    answersBySchema: true,
    owns: "the review of the goal",
  },
  /** One tiny request, to see that a model answers. */
  probe: {
    abilities: [],
    models: "any that will work",
    fallback: "the session's model",
    answersBySchema: false,
    owns: "nothing",
  },
};
