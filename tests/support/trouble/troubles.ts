import type { Ending, ScriptedAgent } from "../scriptedRunner.ts";
import type { Effect, Interference } from "./effects.ts";
import type { Keys } from "./keys.ts";

/** What happens to a process. */
export type Trouble =
  /** Only its effects are noted: those that write, moment by moment. */
  | { readonly kind: "none" }
  /** SIGKILL at this moment, as `Keys` names it. */
  | { readonly kind: "kill"; readonly at: string };

/** An agent that fails instead of going on. */
type FailedAgent = () => Promise<Ending>;

interface InterferenceOf {
  readonly interference: Interference;
  /** Undefined: the agent works as it should. */
  readonly failHost?: (effect: Effect, agent: ScriptedAgent) => FailedAgent | undefined;
}

export function interferenceOf(trouble: Trouble, keys: Keys): InterferenceOf {
  switch (trouble.kind) {
    case "none":
      return { interference: atEachMoment(keys, () => undefined) };
    case "kill":
      return {
        interference: atEachMoment(keys, (key) => {
          // A process that is killed does nothing more: the signal comes before this returns.
          if (key === trouble.at) process.kill(process.pid, "SIGKILL");
        }),
      };
  }
}

function atEachMoment(keys: Keys, act: (key: string) => void): Interference {
  const at = (moment: "before" | "during" | "after") => (effect: Effect) => {
    if (effect.writes) act(keys.note(moment, effect));
  };
  return { before: at("before"), during: at("during"), after: at("after") };
}
