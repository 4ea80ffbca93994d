import { type Options, optionsSchema } from "../../config.ts";
import { parseJson } from "../../core/parseJson.ts";
import { failure, type Result, success } from "../../core/result.ts";
import type { StateDirectory } from "../../core/stateDirectory.ts";
import { readArtifacts } from "../../recovery/artifacts/artifactLineage.ts";
import type { Artifact } from "../../recovery/artifacts/artifactRecord.ts";
import { ArtifactStore } from "../../recovery/artifacts/artifactStore.ts";

/** What of a run only its artifacts hold. */
export interface RecordedMaterial {
  /** The backlog's file as it was when the run began, statuses and all. */
  readonly backlog: string;
  /** What the plugin was set to then; undefined: it cannot be read any more. */
  readonly options: Options | undefined;
  /** What a worker said when it came to rest; `turn` counts from 0. */
  readonly says: (task: string, attempt: number, turn: number) => Promise<string>;
}

/** For an answer that was not kept. */
const NOTHING_SAID = "Done.";

/** The failure says in words what is missing. */
export async function readMaterial(state: StateDirectory, runId: string): Promise<Result<RecordedMaterial, string>> {
  const read = await readArtifacts(state.runArtifacts(runId));
  if (!read.ok) return read;
  const artifacts = read.value;
  const store = new ArtifactStore(state.artifacts);
  const first = (kind: Artifact["kind"]) => artifacts.find((artifact) => artifact.kind === kind);

  const backlog = first("backlog");
  if (backlog === undefined) return failure(`the backlog that run ${runId} began with was not kept`);
  if (backlog.cut === true)
    return failure(`the backlog that run ${runId} began with is too long to have been kept whole`);
  const text = await store.read(backlog.id);
  if (!text.ok) return failure(text.failure.message);

  const options = first("options");
  const settings = options === undefined ? undefined : await store.read(options.id);
  const parsed = optionsSchema.safeParse(settings?.ok === true ? parseJson(settings.value) : undefined);
  return success({
    backlog: text.value,
    options: parsed.success ? parsed.data : undefined,
    says: async (task, attempt, turn) => {
      const answers = artifacts.filter(
        ({ kind, producer }) => kind === "answer" && producer.task === task && producer.attempt === attempt,
      );
      const said = answers[turn] === undefined ? undefined : await store.read(answers[turn].id);
      return said?.ok === true ? said.value : NOTHING_SAID;
    },
  });
}
