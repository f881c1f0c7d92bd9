import { type Arrangement, arrange, type Placed } from '../core/arrange.ts';
import { borderOf, closePane, moveBorder, splitPane, swapPanes } from '../core/edit-layout.ts';
import { leastTerminal } from '../core/fit-layout.ts';
import { type Focus, type Layout, type ListPane, listPanes, sameFocus } from '../core/layout.ts';
import { nearest } from '../core/nearest.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { type Direction, directions, neighbour } from './direction.ts';
import { edit } from './editor.ts';
import { focusOn, refuseTo, type Scene, type Step, say, still, type Ui, withMode } from './ui.ts';

/** The person changes where things are: panes split, closed, swapped, resized; layouts and pages. */

type Seen = Arrangement & { readonly tree: Layout };

/** The layout in view and the focused pane in it; a refusal where something else is in view. */
function focused({ arrangement }: Scene, ui: Ui): { seen: Seen; pane: Placed } | Refusal {
  const { tree } = arrangement;
  if (ui.zoomed) return refuse('one pane has the whole screen', 'pane zoom');
  const pane = arrangement.panes.find((one) => sameFocus(one, ui.focus));
  if (!tree || !pane)
    return refuse('this page is not part of the layout, or the screen is too small for it', 'layout reset');
  return { seen: { ...arrangement, tree }, pane };
}

/** The ui with another tree in place of its layout; refused when a terminal would get too small by it. */
function withTree(ui: Ui, tree: Layout, scene: Scene): Step {
  const after = arranged(ui, tree, scene);
  if (!after.tree) {
    const what = `there is no room: a terminal needs ${leastTerminal.cols}×${leastTerminal.rows}`;
    return still(refuseTo(ui, refuse(what, 'make the window larger')));
  }
  return { ui: { ...ui, trees: { ...ui.trees, [ui.layout]: tree } }, effects: [{ type: 'remember' }] };
}

const arranged = (ui: Ui, tree: Layout, { size, agents }: Scene): Arrangement =>
  arrange(
    tree,
    { cols: size.cols, rows: size.rows - 1 },
    { agents, agent: ui.agent, lately: ui.lately, focus: ui.focus, zoomed: false },
  );

/** What a word names that can have a pane. */
function focusOfWord(word: string, scene: Scene): Focus | Refusal {
  if (scene.agents.includes(word)) return { agent: word };
  if (listPanes.includes(word as ListPane)) return { pane: word as ListPane };
  const near = nearest(word, [...scene.agents, ...listPanes]);
  return refuse(`there is no pane \`${word}\``, near ? `pane split right ${near}` : 'mcc status');
}

/** Shows one more pane beside or below the focused one; asks which when it is not said. */
export function splitWith(ui: Ui, how: string, word: string, scene: Scene): Step {
  if (how !== 'right' && how !== 'down')
    return still(refuseTo(ui, refuse('`pane split` takes right or down', 'pane split right')));
  const at = focused(scene, ui);
  if (isRefusal(at)) return still(refuseTo(ui, at));
  if (word === '') {
    const line = edit(`pane split ${how} `);
    return still(withMode(ui, { type: 'palette', line, chosen: 0, refused: null, waiting: false }));
  }
  const added = focusOfWord(word, scene);
  if (isRefusal(added)) return still(refuseTo(ui, added));
  if (sameFocus(added, at.pane))
    return still(refuseTo(ui, refuse(`${word} is this pane already`, `pane split ${how}`)));
  const step = withTree(ui, splitPane(at.seen, at.pane.path, how === 'right', added), scene);
  return step.effects.length > 0 ? { ...step, ui: focusOn(step.ui, added) } : step;
}

/** Takes the focused pane away; the focus goes to the one before it. */
export function close(ui: Ui, scene: Scene): Step {
  const at = focused(scene, ui);
  if (isRefusal(at)) return still(refuseTo(ui, at));
  const { panes } = scene;
  const others = panes.filter((pane) => pane !== at.pane);
  const agents = others.filter((pane) => 'agent' in pane);
  const last = 'agent' in at.pane && agents.length === 0;
  const tree = last ? null : closePane(at.seen, at.pane.path);
  if (!tree) return still(refuseTo(ui, refuse('this is the last terminal in view', 'detach')));
  const index = Math.max(0, panes.indexOf(at.pane) - 1);
  const next = others[index] && 'agent' in others[index] ? others[index] : (agents[0] ?? others[0]);
  return withTree(next ? focusOn(ui, next) : ui, tree, scene);
}

/** Lets the focused pane and its neighbour change places. */
export function swap(ui: Ui, word: string, scene: Scene): Step {
  const at = focused(scene, ui);
  if (isRefusal(at)) return still(refuseTo(ui, at));
  if (!directions.includes(word as Direction))
    return still(
      refuseTo(ui, refuse(`\`pane swap\` takes one of ${directions.join(', ')}`, 'pane swap right')),
    );
  const other = neighbour(scene.panes, at.pane, word as Direction);
  const placed = scene.panes.find((pane) => pane === other);
  return placed ? withTree(ui, swapPanes(at.seen, at.pane, placed), scene) : still(ui);
}

/** Moves the border of the focused pane, and stays ready to move it on. */
export function resize(ui: Ui, word: string, cells: string, scene: Scene): Step {
  const at = focused(scene, ui);
  if (isRefusal(at)) return still(refuseTo(ui, at));
  if (!directions.includes(word as Direction))
    return still(
      refuseTo(ui, refuse(`\`pane resize\` takes one of ${directions.join(', ')}`, 'pane resize right')),
    );
  const border = borderOf(at.seen, at.pane, word as Direction);
  const by =
    (/^\d+$/.test(cells) ? Number(cells) : word === 'up' || word === 'down' ? 1 : 2) *
    (word === 'left' || word === 'up' ? -1 : 1);
  const tree = border && moveBorder(at.seen, border, by);
  return tree ? withTree(ui, tree, scene) : still(ui);
}

/** To the next or the previous page of terminals, or to one by its number. */
export function toTab(ui: Ui, word: string, scene: Scene): Step {
  const { pages, page } = scene.arrangement;
  const by = { next: 1, previous: -1 }[word];
  const to = by === undefined ? Number(word) - 1 : (page + by + pages.length) % pages.length;
  const agent = pages[to]?.[0];
  if (agent === undefined)
    return still(refuseTo(ui, refuse(`there is no tab \`${word}\`: there are ${pages.length}`, 'tab next')));
  if (pages.length === 1) return still(say(ui, { text: 'all terminals are in view', tone: 'done' }));
  return still(focusOn(ui, { agent }));
}

/** To another layout by its name or the next one; or back to how its file describes it. */
export function toLayout(ui: Ui, word: string, scene: Scene): Step {
  const names = Object.keys(scene.layouts);
  if (word === 'reset') {
    const { [ui.layout]: _own, ...trees } = ui.trees;
    const text = `layout ${ui.layout} as it was`;
    return {
      ui: say({ ...ui, trees, zoomed: false }, { text, tone: 'done' }),
      effects: [{ type: 'remember' }],
    };
  }
  const name = word === 'next' ? names[(names.indexOf(ui.layout) + 1) % names.length] : word;
  if (name !== undefined && names.includes(name))
    return {
      ui: say({ ...ui, layout: name, zoomed: false }, { text: `layout ${name}`, tone: 'done' }),
      effects: [{ type: 'remember' }],
    };
  return still(
    refuseTo(
      ui,
      refuse(
        `there is no layout \`${word}\`: there are ${names.join(', ')}`,
        `layout ${nearest(word, names) ?? names[0]}`,
      ),
    ),
  );
}
