import type { Hooks } from "@opencode-ai/plugin";
import { SHELL_TOOL } from "./agents.ts";

/** How to commit, push and open pull requests, up to the next heading: nothing an agent of ours may do. */
const GIT_ADVICE = /\n+# Git and GitHub\n(?:(?!# ).*(?:\n|$))*/;

/** OpenCode describes each tool to each model; what would lead ours astray, and takes a kilobyte of each request, goes. */
export const withoutGitAdvice: NonNullable<Hooks["tool.definition"]> = async ({ toolID }, definition) => {
  if (toolID === SHELL_TOOL) definition.description = definition.description.replace(GIT_ADVICE, "\n");
};
