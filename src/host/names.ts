/** The names this plugin takes inside OpenCode. */
export const PLUGIN_ID = "multi-agent-coder";

/** The in-process model that drives the commands; see pipelineModel.ts. */
export const PIPELINE_PROVIDER = "multi-agent-coder";
export const PIPELINE_MODEL = "pipeline";
export const PIPELINE_AGENT = "mac-pipeline";
export const PIPELINE_TOOL = "mac_pipeline";

export const VERBS = ["plan", "backlog", "implement"] as const;
export type Verb = (typeof VERBS)[number];

export function isVerb(word: string): word is Verb {
  return VERBS.some((verb) => verb === word);
}
