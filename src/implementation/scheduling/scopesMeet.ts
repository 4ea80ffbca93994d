import { type PathShape, prepareOverlap, shapesOverlap } from "../../backlog/globOverlap.ts";

/**
 * Tells whether two lists of `files` entries may meet in a path, whether it exists or not. Entries are prepared once: a
 * scheduler asks about the same ones again and again.
 */
export function scopeComparison(): (one: readonly string[], other: readonly string[]) => boolean {
  const prepared = new Map<string, readonly PathShape[]>();
  const shapesOf = (entries: readonly string[]) =>
    entries.flatMap((entry) => {
      const shapes = prepared.get(entry) ?? prepareOverlap(entry);
      prepared.set(entry, shapes);
      return shapes;
    });
  return (one, other) => {
    const shapes = shapesOf(other);
    return shapesOf(one).some((shape) => shapes.some((another) => shapesOverlap(shape, another)));
  };
}
