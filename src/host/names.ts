/** The names this plugin takes inside OpenCode. */
export const PLUGIN_ID = "multi-agent-coder";

/** The in-process model that drives the commands; see pipelineModel.ts. */
export const PIPELINE_PROVIDER = "multi-agent-coder";
export const PIPELINE_MODEL = "pipeline";
export const PIPELINE_AGENT = "mac-pipeline";
export const PIPELINE_TOOL = "mac_pipeline";

export const VERBS = [
  "plan",
  "backlog",
  "implement",
  "status",
  "answer",
  "pause",
  "rollback",
  "replay",
  "doctor",
  "clean",
] as const;
export type Verb = (typeof VERBS)[number];

export function isVerb(word: string): word is Verb {
  return VERBS.some((verb) => verb === word);
}

/** What the terminal UI answers to itself: such a name would be in its list twice, and its own would win. */
const TAKEN_BY_OPENCODE: readonly Verb[] = ["status"];

/** The slash command of a verb: its own name, or with a prefix where that name is taken. */
export function slashNameOf(verb: Verb, isTaken: (name: string) => boolean = () => false): string {
  return TAKEN_BY_OPENCODE.includes(verb) || isTaken(verb) ? `mac-${verb}` : verb;
}
