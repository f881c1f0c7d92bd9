import type { Layout } from '../core/layout.ts';
import { isRefusal } from '../core/refusal.ts';
import { type Team, teamSchema } from '../core/team.ts';
import { makeKeymap } from '../tui/keymap.ts';
import { layoutsOf, screenPreflight, shippedLayouts } from './preflight.ts';
import type { Shell } from './shell.ts';

/**
 * What a screen is opened with: the team file as it is by now. A supervisor that serves does not need it again, so what is
 * wrong with it is only told, and the screen has what is usual in its place.
 */
export async function asFound(
  root: string,
  shell: Shell,
): Promise<{ team: Team; layouts: Record<string, Layout>; notes: string[] }> {
  const usual = teamSchema.parse({ agents: {} });
  const found = await screenPreflight(root, shell).catch(async (error: unknown) => {
    if (!(error instanceof Error)) throw error;
    const layouts = await layoutsOf(root, shell).catch(() => shippedLayouts(shell));
    const [first = error.message] = error.message.split('\n');
    return { team: usual, layouts, problems: [{ what: first, hint: '' }], notes: [] };
  });
  const { team, layouts, problems, notes } = found;
  return {
    team: {
      ...team,
      keys: isRefusal(makeKeymap(team.keys.leader, team.keys.bind)) ? usual.keys : team.keys,
      layout: Object.hasOwn(layouts, team.layout) ? team.layout : usual.layout,
    },
    layouts,
    notes: [...problems.map(({ what }) => what), ...notes],
  };
}
