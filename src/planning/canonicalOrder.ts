import { compareText } from "../core/compareText.ts";
import type { AgentPlan, PlanItem } from "../types.ts";

export { compareText };

/** An item of one agent's answer with its place in the whole input. */
export interface InputItem {
  /** Position in the canonical order of all items. */
  readonly index: number;
  readonly agent: string;
  /** Agents in canonical order, from 0. */
  readonly agentNumber: number;
  readonly item: PlanItem;
  /** Where it stands in its own answer, 0 (first) to below 1, by its id. */
  readonly position: number;
  /** Everything it says, as text: equal keys are equal items. */
  readonly key: string;
}

/** Answers by agent name, whatever order they came in. */
export function canonicalAnswers(answers: readonly AgentPlan[]): AgentPlan[] {
  return [...answers].sort(
    (left, right) =>
      compareNaturally(left.agent, right.agent) ||
      compareText(JSON.stringify(left.answer), JSON.stringify(right.answer)),
  );
}

/**
 * All items of the answers in an order that depends on what they say only. Within an answer that is the natural order
 * of the ids: agents number their steps, and the order of a list may be lost on the way.
 */
export function canonicalItems(answers: readonly AgentPlan[]): InputItem[] {
  const items: InputItem[] = [];
  const agents = new Map<string, number>();
  for (const { agent, answer } of answers) {
    const agentNumber = agents.get(agent) ?? agents.size;
    agents.set(agent, agentNumber);
    const keyed = answer.items.map((item) => ({ item, key: itemKey(item) }));
    keyed.sort((left, right) => compareNaturally(left.item.id, right.item.id) || compareText(left.key, right.key));
    for (const [place, { item, key }] of keyed.entries()) {
      items.push({ index: items.length, agent, agentNumber, item, position: place / keyed.length, key });
    }
  }
  return items;
}

/** Like `compareText`, but numbers inside compare as numbers: `step2` before `step10`. */
export function compareNaturally(left: string, right: string): number {
  const leftParts = left.match(/\d+|\D+/gu) ?? [];
  const rightParts = right.match(/\d+|\D+/gu) ?? [];
  for (const [index, leftPart] of leftParts.entries()) {
    const rightPart = rightParts[index];
    if (rightPart === undefined) return 1;
    const order = comparePart(leftPart, rightPart);
    if (order !== 0) return order;
  }
  return leftParts.length - rightParts.length || compareText(left, right);
}

function comparePart(left: string, right: string): number {
  if (!/^\d/u.test(left) || !/^\d/u.test(right)) return compareText(left, right);
  // As digits, not as numbers: ids may be longer than a number is exact.
  const leftDigits = left.replace(/^0+/u, "");
  const rightDigits = right.replace(/^0+/u, "");
  return leftDigits.length - rightDigits.length || compareText(leftDigits, rightDigits);
}

function itemKey(item: PlanItem): string {
  const { id, title, description, files, depends_on, acceptance, effort } = item;
  return JSON.stringify([id, title, description, files, depends_on, acceptance, effort ?? ""]);
}
