import type { RunSnapshot, WorkerActivity } from "./runSnapshot.ts";
import { columnsOf, fitColumns, toPlainLine } from "./terminalText.ts";

export interface BlockSize {
  readonly columns: number;
  readonly rows: number;
}

/** Longest id column: ids of tasks have up to 32 characters, but rarely more than five. */
const MAX_ID_COLUMNS = 16;

/**
 * The live block of a run as lines, none wider than the terminal less one column (a full last column wraps on some),
 * together at most half its height, so that messages above it stay in sight.
 */
export function renderBlock(snapshot: RunSnapshot, now: number, size: BlockSize): readonly string[] {
  const width = Math.max(1, size.columns - 1);
  const room = Math.max(1, Math.floor(size.rows / 2) - 2);
  const shown = snapshot.workers.length > room ? snapshot.workers.slice(0, room - 1) : snapshot.workers;
  const hidden = snapshot.workers.length - shown.length;
  const idColumns = Math.min(MAX_ID_COLUMNS, Math.max(0, ...shown.map(({ taskId }) => columnsOf(taskId))));
  const lines = [
    summary(snapshot, now),
    ...shown.map((worker) => workerLine(worker, idColumns, now, width)),
    ...(hidden > 0 ? [`  … ${hidden} more`] : []),
  ];
  return lines.map((line) => fitColumns(line, width));
}

function summary({ phaseId, tasks, tokens, startedAt }: RunSnapshot, now: number): string {
  const parts = [
    `${tasks.complete}/${tasks.total} done`,
    ...(tasks.failed > 0 ? [`${tasks.failed} failed`] : []),
    `${tokens.toLocaleString("en")} tokens`,
    formatElapsed(now - startedAt),
  ];
  return `${toPlainLine(phaseId)}: ${parts.join(" · ")}`;
}

/** Id, elapsed time, title and activity; when it gets narrow the title gives way first. */
function workerLine(worker: WorkerActivity, idColumns: number, now: number, width: number): string {
  const id = padColumns(fitColumns(toPlainLine(worker.taskId), idColumns), idColumns);
  const start = `  ${id}  ${formatElapsed(now - worker.startedAt).padStart(6)}  `;
  const doing = toPlainLine(worker.doing);
  const left = width - columnsOf(start) - columnsOf(` · ${doing}`);
  const title = fitColumns(toPlainLine(worker.title), Math.max(0, left));
  return start + [title, doing].filter((part) => part !== "").join(" · ");
}

function padColumns(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - columnsOf(text)));
}

/** `42s`, `3m05s`, `1h02m`. */
export function formatElapsed(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds}s`;
  if (minutes < 60) return `${minutes}m${twoDigits(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
