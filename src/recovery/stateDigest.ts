import { createHash } from "node:crypto";
import { canonicalJson } from "../core/canonicalJson.ts";
import type { RunState } from "./runState.ts";
import { publishedState } from "./session/sessionState.ts";

/** SHA-256, in hex, of everything a run's events tell: the same for two states exactly when nothing differs (D2). */
export function stateDigest(state: RunState): string {
  return createHash("sha256")
    .update(canonicalJson(publishedState(state)))
    .digest("hex");
}
