import type { Stage, TaskSketch, TraceWriter } from "./traceWriter.ts";

/** A way of working, played on several stages. */
export interface Family {
  readonly family: string;
  readonly sketch?: (stage: Stage) => TaskSketch;
  readonly play: (writer: TraceWriter, stage: Stage) => void;
}

/** So many times, numbered from 0. */
export function times(count: number, act: (index: number) => void): void {
  for (let index = 0; index < count; index++) act(index);
}

export const target = ({ part }: Stage) => part.files[0] ?? "";
export const neighbour = ({ part }: Stage) => part.files[1] ?? "";
