/** How a repository runs its tests: `run` in a clean checkout, `inner` without what installs dependencies first. */
export type TestCommand = { run: string; inner: string; why: string };

/** A coding CLI found on PATH; `version` is empty when it did not tell. */
export type FoundCli = { name: string; path: string; version: string };

/** What `mcc init` saw in a repository. */
export type Survey = {
  /** the branch that is out; undefined when HEAD is detached */
  branch: string | undefined;
  /** the branch that finished work should be merged into, where one can be told */
  base: string | undefined;
  tests: TestCommand[];
  clis: FoundCli[];
  claude: FoundCli | undefined;
  /** version of a tmux that can hold the sessions */
  tmux?: string;
  /** folders with source, relative to the root, e.g. `web` or `packages/api` */
  folders: string[];
  languages: string[];
};
