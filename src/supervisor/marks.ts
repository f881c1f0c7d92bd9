/** Variables that mark every process of a gate, or of a set-up command, with its project: none outlives it, or acts for the person. */
export const gateMark = 'MCC_GATE';
export const setupMark = 'MCC_SETUP';

/** The value of the mark of an agent's set-up commands; that of gates is the project's root. */
export const setupMarkOf = (root: string, agent: string): string => `${root}:${agent}`;
