import { BacklogManager } from "../../backlog/backlogManager.ts";
import { inputPath } from "../../core/paths.ts";
import { readTrackBranch, usersTips } from "../../git/trackBranch.ts";
import { lostTasks, whereLostIsKept } from "../../implementation/landing/lostTasks.ts";
import { landedIn, readWholeHistory } from "../../implementation/landing/trackHistory.ts";
import type { CleanScene } from "./cleanScene.ts";

/**
 * Tasks whose work went with the branch of their track are to be done again: what depends on them would be built without
 * them. The caller holds the track's lock.
 */
export async function showLostTasks(trackId: string, scene: CleanScene): Promise<void> {
  const { control, git, ledger, state, user } = scene;
  const history = await readWholeHistory(state, trackId);
  const branch = await readTrackBranch(git, user, trackId);
  const [head, ...others] = await usersTips(git, user);
  const tips = [head ?? user.head, ...others, ...(branch === undefined ? [] : [branch])] as const;
  const lost = await lostTasks(control, landedIn(history), tips);
  if (lost.length === 0) return;
  const { backlogFile: file = "" } = history;
  const path = inputPath(user.root, user.root, file);
  const loaded = await BacklogManager.load(path, { repositoryRoot: user.root });
  const manager = loaded.ok && loaded.value.backlog.track_id === trackId ? loaded.value : undefined;
  const complete = manager?.backlog.tasks.filter(({ id, status }) => status === "complete" && isIn(lost, id));
  if (complete?.length === 0) return;

  const ids = complete?.map(({ id }) => id) ?? lost.map(({ task }) => task);
  const kept = (await whereLostIsKept(control, trackId, lost)).map(({ ref }) => ref).join(" ");
  const where = `kept in: git --git-dir='${control.directory}' log ${kept}`;
  const because = "since no branch of yours has the work any more";
  const written = manager && (await setPending(ids, manager));
  ledger.setAside(
    written === true
      ? `${ids.join(", ")} pending again in ${file}, ${because}; ${where}`
      : `${ids.join(", ")} could not be set in ${file}. Set to pending what it calls complete of them, ${because}; ${where}`,
  );
}

async function setPending(ids: readonly string[], manager: BacklogManager): Promise<boolean> {
  // All are written with the last, if one before it could not be.
  const written = await Promise.all(ids.map((id) => manager.updateTaskStatus(id, "pending")));
  return written.at(-1)?.ok === true;
}

function isIn(lost: readonly { readonly task: string }[], id: string): boolean {
  return lost.some(({ task }) => task === id);
}
