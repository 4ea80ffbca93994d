import { formatFinding } from "../backlog/diagnostics.ts";
import type { RepositoryFacts } from "../backlog/repositoryFacts.ts";
import type { CommandContext, CommandReport } from "../core/commandContext.ts";
import { describeDryRun } from "../implementation/dryRun.ts";
import type { Drafted } from "./backlogDrafting.ts";

/** What `backlog --dry_run` prints: what `implement` would do with the plan's own items, which cost nothing to draft. */
export function backlogDryRun(
  { generated }: Drafted,
  facts: RepositoryFacts,
  { models, options }: CommandContext,
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
  const opening = "The plan's own items as tasks; a model's draft may divide the work in another way.";
  return { text: [opening, report, "Next: opencode run backlog"].join("\n"), outcome: { done: true } };
}
