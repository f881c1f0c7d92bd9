import { refuse } from '../core/refusal.ts';
import { type ForeignChange, mainCheckout, type State } from '../core/state.ts';
import { type Command, define } from './define.ts';
import { counted, placeOf } from './show.ts';

/** Changes that were made in a checkout by somebody else than who works there. */
export const foreignCommands: Command[] = [
  define({
    name: 'foreign',
    summary: 'Show changes that an agent probably made outside of its own worktree',
    flags: { seen: { type: 'boolean', describe: 'take note of them: they are not shown any more' } },
    who: ['person'],
    reads: true,
    examples: ['mcc foreign', 'mcc foreign --seen'],
    run: ({ state, input }) => {
      const found = Object.entries(state.foreign);
      if (input.flags.seen !== true)
        return {
          text: found.map(([where, change]) => page(state, where, change)).join('\n\n') || 'none',
          data: state.foreign,
        };
      if (found.length === 0) return refuse('there are none', 'mcc status');
      return {
        facts: found.map(([where]) => ({ type: 'foreign.changed', where, files: [], suspects: [] })),
        text: `${counted(found.length, 'checkout')} noted; nothing was changed in ${found.length === 1 ? 'it' : 'them'}`,
      };
    },
  }),
];

const page = (state: State, where: string, { files, suspects, tool, vague, at }: ForeignChange): string =>
  [
    `${placeOf(where)}${where === mainCheckout ? '' : ` (${state.agents[where]?.worktree?.path ?? '?'})`}, ${at}`,
    `${vague ? 'by the person, or' : 'probably'} by ${suspects.join(' or ')}${tool ? `, while it used ${tool}` : ''}`,
    ...files.map((file) => `  ${file}`),
  ].join('\n');
