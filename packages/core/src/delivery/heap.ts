/** Binary heap of items with a due time; the earliest first. */
export class DueHeap<Item> {
  readonly #items: { readonly dueMs: number; readonly item: Item }[] = [];

  get size(): number {
    return this.#items.length;
  }

  /** The earliest due time, or undefined. */
  get nextMs(): number | undefined {
    return this.#items[0]?.dueMs;
  }

  push(dueMs: number, item: Item): void {
    const items = this.#items;
    let place = items.push({ dueMs, item }) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if ((items[parent] as { dueMs: number }).dueMs <= dueMs) break;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** Takes the earliest when it is due at `nowMs`, else undefined. */
  popDue(nowMs: number): Item | undefined {
    const items = this.#items;
    const first = items[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    const last = items.pop() as { dueMs: number; item: Item };
    if (items.length > 0) {
      items[0] = last;
      this.#sink();
    }
    return first.item;
  }

  #sink(): void {
    const items = this.#items;
    const dueAt = (place: number): number => items[place]?.dueMs ?? Number.POSITIVE_INFINITY;
    let place = 0;
    for (;;) {
      const left = place * 2 + 1;
      const child = dueAt(left + 1) < dueAt(left) ? left + 1 : left;
      if (dueAt(child) >= dueAt(place)) return;
      this.#swap(place, child);
      place = child;
    }
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    const kept = items[a] as { dueMs: number; item: Item };
    items[a] = items[b] as { dueMs: number; item: Item };
    items[b] = kept;
  }
}
