import { Refusal } from "../core/refusal.ts";
import type { RollbackWish } from "../implementation/landing/rollbackPlan.ts";

export interface RollbackFlags {
  readonly task?: string | undefined;
  readonly to?: string | undefined;
  readonly trackId?: string | undefined;
}

const EXPECTED = "expected --task=<landed task>, --to=<commit, or landed task> or --checkpoint=<id>";

/** Throws `Refusal`, in one line, where the flags do not say one thing. */
export function wishOf({ task, to }: RollbackFlags): RollbackWish {
  const wishes: RollbackWish[] = [
    ...(task === undefined ? [] : [{ kind: "task", task } as const]),
    ...(to === undefined ? [] : [{ kind: "to", to } as const]),
  ];
  const [wish, another] = wishes;
  if (wish === undefined) throw new Refusal(`What is to be rolled back is missing: ${EXPECTED}.`);
  if (another !== undefined) throw new Refusal(`--${wish.kind} and --${another.kind} do not go together: ${EXPECTED}.`);
  return wish;
}
