import { failure, type Result, success } from "../../core/result.ts";
import { Journal, type JournalOptions } from "../journal.ts";
import type { JournalUnreadable } from "../journalUnreadable.ts";
import { type JournalContent, readJournal, recordsOf } from "../readJournal.ts";
import { type Artifact, artifactSchema } from "./artifactRecord.ts";

/**
 * A run's artifacts in the order they were made: a journal of its own, with the numbers, checksums and single writer of
 * the run's. Losing it loses no work, so nothing of the run's state is in it.
 */
export class ArtifactLineage {
  private readonly journal: Journal;

  private constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Call it only while holding the run's lock. */
  static async open(
    path: string,
    options: JournalOptions,
  ): Promise<
    Result<{ readonly lineage: ArtifactLineage; readonly artifacts: readonly Artifact[] }, JournalUnreadable>
  > {
    const content = await readJournal(path);
    if (!content.ok) return content;
    const artifacts = artifactsIn(content.value);
    if (!artifacts.ok) return artifacts;
    const journal = await Journal.open(content.value, options);
    return success({ lineage: new ArtifactLineage(journal), artifacts: artifacts.value });
  }

  /** Resolves once it is on disk; rejects with `JournalWriteError`, from then on always. */
  async append(artifact: Artifact): Promise<void> {
    await this.journal.append(artifact);
  }

  close(): Promise<void> {
    return this.journal.close();
  }
}

/** A run's artifacts, without owning it; none of a run that has recorded none. */
export async function readArtifacts(path: string): Promise<Result<readonly Artifact[], string>> {
  const content = await readJournal(path);
  const artifacts = content.ok ? artifactsIn(content.value) : content;
  return artifacts.ok ? artifacts : failure(artifacts.failure.message);
}

/** What another version wrote is passed by: it is evidence, and nobody's state. */
function artifactsIn(content: JournalContent): Result<readonly Artifact[], JournalUnreadable> {
  const artifacts: Artifact[] = [];
  for (const record of recordsOf(content)) {
    if (!record.ok) return record;
    const parsed = artifactSchema.safeParse(record.value.event);
    if (parsed.success) artifacts.push(parsed.data);
  }
  return success(artifacts);
}
