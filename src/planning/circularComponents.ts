/**
 * The strongly connected components of a graph that hold a circle (Tarjan, without recursion: a chain of 10,000 items
 * must not overflow the stack). `successors[n]` are the nodes `n` points to. The answer has the component's number by
 * node, and no entry for nodes on no circle. Self-loops do not count.
 */
export function circularComponents(successors: readonly (readonly number[])[]): Map<number, number> {
  const discovered = new Map<number, number>();
  const lowest = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const component = new Map<number, number>();

  const discover = (node: number) => {
    discovered.set(node, discovered.size);
    lowest.set(node, discovered.size - 1);
    open.push(node);
    isOpen.add(node);
  };
  const lower = (node: number, to: number | undefined) => {
    if (to !== undefined && to < (lowest.get(node) ?? 0)) lowest.set(node, to);
  };
  const close = (node: number) => {
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) {
      isOpen.delete(member);
      if (members.length > 1) component.set(member, node);
    }
  };

  for (const root of successors.keys()) {
    if (discovered.has(root)) continue;
    discover(root);
    const path = [{ node: root, next: 0 }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const successor = successors[top.node]?.[top.next++];
      if (successor === undefined) {
        path.pop();
        if (lowest.get(top.node) === discovered.get(top.node)) close(top.node);
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.node, lowest.get(top.node));
      } else if (!discovered.has(successor)) {
        discover(successor);
        path.push({ node: successor, next: 0 });
      } else if (isOpen.has(successor)) {
        lower(top.node, discovered.get(successor));
      }
    }
  }
  return component;
}
