import type { ModelRef } from "../types.ts";
import type { Sampling } from "./agentRunner.ts";
import { formatModelRef } from "./modelCatalog.ts";

/** D1: a model with what its requests were sampled with, for records: `free/a temperature=0 top_p=1 seed=7`. */
export function sampledModel(model: ModelRef, sampling: Sampling | undefined): string {
  const { temperature, topP, seed } = sampling ?? {};
  const sent = Object.entries({ temperature, top_p: topP, seed }).filter(([, value]) => value !== undefined);
  return [formatModelRef(model), ...sent.map(([name, value]) => `${name}=${value}`)].join(" ");
}
