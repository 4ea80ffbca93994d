import { compileTaskMessage, projectContext } from "../backlog/taskMessage.ts";
import type { CommandReport } from "../core/commandContext.ts";
import type { Task } from "../types.ts";
import type { ImplementScene } from "./implementScene.ts";
import { classify, describeModel } from "./modelRouter.ts";

/** What `implement --dry_run` prints: the waves, and for each task its size and model. Spends and writes nothing. */
export function dryRunReport(scene: ImplementScene): CommandReport {
  const lines = [`${scene.backlog.track_id}: ${scene.tasks.length} tasks to do, ${scene.workers} workers.`];
  for (const [index, wave] of wavesOf(scene.tasks).entries()) {
    lines.push(`Wave ${index + 1}`, ...wave.map((task) => `  ${describeTask(task, scene)}`));
  }
  lines.push("Nothing was run (--dry_run).");
  return { text: lines.join("\n"), outcome: { done: true } };
}

function describeTask(task: Task, { backlog, models }: ImplementScene): string {
  const compiled = compileTaskMessage(task, projectContext(backlog));
  const bytes = compiled.ok ? compiled.value.bytes : compiled.failure.bytes;
  return `${task.id}  ${task.title}  [${classify(task)}, ${describeModel(models.get(task.id))}, ${bytes} bytes]`;
}

/** Tasks by how many others have to be done before them; what is not to be done counts as done. */
function wavesOf(tasks: readonly Task[]): Task[][] {
  const waveOf = new Map<string, number>();
  const waves: Task[][] = [];
  for (const task of tasks) {
    const wave = Math.max(0, ...task.depends_on.map((id) => (waveOf.get(id) ?? -1) + 1));
    waveOf.set(task.id, wave);
    waves[wave] = [...(waves[wave] ?? []), task];
  }
  return waves;
}
