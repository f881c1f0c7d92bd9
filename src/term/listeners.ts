/** Listeners of named events with one value each. */
export class Listeners<Events> {
  readonly #all = new Map<keyof Events, Set<(value: never) => void>>();

  /** Returns how to unsubscribe. */
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void): () => void {
    const those = this.#all.get(event) ?? new Set();
    this.#all.set(event, those);
    those.add(listener);
    return () => {
      those.delete(listener);
    };
  }

  emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const listener of [...(this.#all.get(event) ?? [])]) (listener as (value: Events[K]) => void)(value);
  }

  clear(): void {
    this.#all.clear();
  }
}
