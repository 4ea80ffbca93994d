/** Holds everyone who arrives until `count` different names have: a test that passes it saw them at the same time. */
export function rendezvous(count: number): (name: string) => Promise<void> {
  const arrived = new Set<string>();
  const { promise: complete, resolve } = Promise.withResolvers<void>();
  return (name) => {
    if (arrived.add(name).size >= count) resolve();
    return complete;
  };
}
