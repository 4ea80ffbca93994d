import { formatFinding } from "../backlog/diagnostics.ts";
import type { RepositoryFacts } from "../backlog/repositoryFacts.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { describeDryRun } from "../implementation/forecast/dryRun.ts";
import type { Drafted } from "./backlogDrafting.ts";

/** What `backlog --dry_run` prints: what `implement` would do with the plan's own items, which cost nothing to draft. */
export function backlogDryRun(
  { generated }: Drafted,
  facts: RepositoryFacts,
  { models, options }: CommandContext,
  draft: "model" | "plan",
): CommandReport {
  const { backlog, notes, warnings } = generated;
  const report = describeDryRun({
    backlog,
    tasks: backlog.tasks,
    facts,
    models,
    options,
    workers: options.workers,
    setup: backlog.setup,
    verify: backlog.verify,
    notes,
    warnings: warnings.map(formatFinding),
    unprovenTasks: new Set(),
  });
  const differs = draft === "plan" ? "." : "; a model's draft may divide the work in another way.";
  const next = `Next: opencode run backlog${draft === "plan" ? " -- --draft=plan" : ""}`;
  return { text: [`The plan's own items as tasks${differs}`, report, next].join("\n"), outcome: { done: true } };
}
