import { failure, type Result, success } from "../../core/result.ts";
import { Journal, type JournalOptions } from "../journal.ts";
import type { JournalRecord } from "../journalRecord.ts";
import { type JournalDamage, readJournal } from "../readJournal.ts";
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
  ): Promise<Result<{ readonly lineage: ArtifactLineage; readonly artifacts: readonly Artifact[] }, JournalDamage>> {
    const opened = await Journal.open(path, options);
    if (!opened.ok) return opened;
    const { journal, records } = opened.value;
    return success({ lineage: new ArtifactLineage(journal), artifacts: known(records) });
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
  return content.ok ? success(known(content.value.records)) : failure(content.failure.message);
}

/** What another version wrote is passed by: it is evidence, and nobody's state. */
function known(records: readonly JournalRecord[]): readonly Artifact[] {
  return records.flatMap(({ event }) => {
    const parsed = artifactSchema.safeParse(event);
    return parsed.success ? [parsed.data] : [];
  });
}
