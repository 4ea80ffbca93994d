import type { PlanAnswer } from "../../../../src/types.ts";

/** Three agents' plans for one feature, with a key per item: what an exact matcher would bring together. */
export interface LabelledSet {
  readonly name: string;
  readonly answers: readonly {
    readonly agent: string;
    readonly answer: PlanAnswer;
    /** item id -> which piece of work it is. The same key in two agents: the same work. */
    readonly same: Readonly<Record<string, string>>;
  }[];
}
