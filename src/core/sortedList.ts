/** Items in the order of `compare`, which tells any two of them apart. Finding takes O(log n). */
export class SortedList<Item> {
  private readonly sorted: Item[];
  private readonly compare: (a: Item, b: Item) => number;

  constructor(compare: (a: Item, b: Item) => number, items: readonly Item[] = []) {
    this.compare = compare;
    this.sorted = [...items].sort(compare);
  }

  get items(): readonly Item[] {
    return this.sorted;
  }

  add(item: Item): void {
    this.sorted.splice(this.positionOf(item), 0, item);
  }

  /** An item that is not there changes nothing. */
  remove(item: Item): void {
    const position = this.positionOf(item);
    if (this.sorted[position] === item) this.sorted.splice(position, 1);
  }

  private positionOf(item: Item): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.sorted[middle];
      if (other !== undefined && this.compare(other, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
