import { counted } from "../../core/counted.ts";
import type { Range } from "./tokenEstimate.ts";

/** "40k–130k": two digits that count, no more than an estimate can promise. */
export function tokenText({ low, high }: Range): string {
  const [from, to] = [shortNumber(low), shortNumber(high)];
  return from === to ? from : `${from}–${to}`;
}

/** "$0.12–$0.90". A subscription's models are listed at 0, which is not to say that they cost nothing. */
export function costText({ low, high }: Range): string {
  if (high === 0) return "$0 as listed";
  const [from, to] = [dollars(low), dollars(high)];
  return from === to ? from : `${from}–${to}`;
}

/** Of many lines the first, and how many there are more. */
export function firstOf(lines: readonly string[], shown: number, what: string): readonly string[] {
  const more = lines.length - shown;
  return more <= 0 ? lines : [...lines.slice(0, shown), `and ${counted(more, `more ${what}`)}`];
}

function shortNumber(tokens: number): string {
  if (tokens < 1_000) return String(tokens);
  const [unit, suffix] = tokens < 999_500 ? [1_000, "k"] : [1_000_000, "M"];
  const value = Number((tokens / unit).toPrecision(2));
  return `${value.toLocaleString("en-US")}${suffix}`;
}

function dollars(amount: number): string {
  return amount < 0.01
    ? "<$0.01"
    : `$${amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}
