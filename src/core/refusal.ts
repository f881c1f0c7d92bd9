/** What is asked cannot be done: one sentence, and a command that leads on. The asker must act; exit code 1. */
export interface Refusal {
  refusal: string;
  hint?: string;
}

/** A refusal with its hint. */
export const refuse = (refusal: string, hint?: string): Refusal =>
  hint === undefined ? { refusal } : { refusal, hint };

export const isRefusal = (value: object): value is Refusal => 'refusal' in value;
