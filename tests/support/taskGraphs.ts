import type { Sketch } from "./poolSimulation.ts";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sketch(size: number, needs: (index: number) => readonly number[]): Sketch {
  return Object.fromEntries(
    Array.from({ length: size }, (_, index) => [`T${index}`, needs(index).map((need) => `T${need}`)]),
  );
}

const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);

/** Graphs of `size` tasks in topological order. */
export const SHAPES: Readonly<Record<string, (size: number, random: () => number) => Sketch>> = {
  wide: (size) => sketch(size, () => []),
  chain: (size) => sketch(size, (index) => (index === 0 ? [] : [index - 1])),
  "chain beside a wide rest": (size) =>
    sketch(size, (index) => (index >= size - 10 && index > size - 10 ? [index - 1] : [])),
  /** Each task needs the ones above it, left and right. */
  "diamond lattice": (size) => {
    const side = Math.ceil(Math.sqrt(size));
    return sketch(size, (index) => [
      ...(index >= side ? [index - side] : []),
      ...(index % side > 0 ? [index - 1] : []),
    ]);
  },
  "fork and join": (size) =>
    sketch(size, (index) => {
      const section = Math.floor(index / 10) * 10;
      if (index === section) return section === 0 ? [] : [section - 1];
      return index === section + 9 ? range(section + 1, section + 9) : [section];
    }),
  "out-tree": (size) => sketch(size, (index) => (index === 0 ? [] : [Math.floor((index - 1) / 3)])),
  "in-tree": (size) =>
    sketch(size, (index) => {
      const mirrored = size - 1 - index;
      return range(mirrored * 3 + 1, mirrored * 3 + 4)
        .filter((child) => child < size)
        .map((child) => size - 1 - child);
    }),
  "random layers": (size, random) => {
    const width = 3 + Math.floor(random() * 8);
    return sketch(size, (index) => {
      const layer = Math.floor(index / width) * width;
      return range(Math.max(0, layer - width), layer).filter(() => random() < 0.3);
    });
  },
  "random order": (size, random) => {
    const density = 0.02 + random() * 0.1;
    return sketch(size, (index) => range(0, index).filter(() => random() < density));
  },
};

/** Of each task, in milliseconds: from `shortest` to `longest`, few of them long. */
export function durationsOf(
  graph: Sketch,
  random: () => number,
  [shortest, longest]: readonly [number, number] = [1_000, 10_000],
): ReadonlyMap<string, number> {
  return new Map(
    Object.keys(graph).map((id) => [id, Math.round(shortest + (longest - shortest) * random() ** 2)] as const),
  );
}
