/** The wall clock and one alarm; tests bring their own, which they move by hand. */
export interface Clock {
  /** ms since the epoch */
  now(): number;
  /** Calls back once in `ms`; returns how to call that off. */
  after(ms: number, ring: () => void): () => void;
}

export const wallClock: Clock = {
  now: () => Date.now(),
  after: (ms, ring) => {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};
