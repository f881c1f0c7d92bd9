import type { Fact } from '../core/event.ts';
import { ruleFor } from '../core/permission.ts';
import { isRefusal, type Refusal, refuse } from '../core/refusal.ts';
import { type Permission, type State, taskOf } from '../core/state.ts';
import { arg, type Command, type Context, define, type Outcome, text } from './define.ts';
import { findAgent } from './find.ts';
import { inputLines } from './show.ts';

/** The oldest permission that an agent waits for, or the one of that id; without a name the oldest of all. */
function waiting(state: State, which: string): Permission | Refusal {
  const all = Object.values(state.permissions).sort((a, b) => a.at.localeCompare(b.at));
  if (which === '') return all[0] ?? refuse('nobody waits for a permission', 'mcc status');
  const found = all.find((it) => it.id === which) ?? all.find((it) => it.agent === which);
  if (found) return found;
  const agent = findAgent(state, which);
  return isRefusal(agent)
    ? agent
    : refuse(`${which} waits for no permission that can be answered here`, `focus ${which}`);
}

const which = { name: 'agent', of: 'agent', required: false } as const;

/** What a permission is for, in one line. */
export const permissionLine = ({ agent, tool, argument }: Permission): string =>
  `${agent} asks for ${tool}${argument ? ` ${argument}` : ''}`;

export const permissionCommands: Command[] = [
  define({
    name: 'permissions',
    summary: 'Show what agents ask for, in full',
    args: [which],
    reads: true,
    examples: ['mcc permissions', 'mcc permissions backend --json'],
    run: ({ state, input }) => {
      const name = arg(input, 'agent');
      const all = Object.values(state.permissions).filter(
        (it) => name === '' || it.agent === name || it.id === name,
      );
      return { text: all.map(permissionPage).join('\n\n') || 'nobody waits for a permission', data: all };
    },
  }),
  define({
    name: 'allow',
    summary: 'Allow what an agent asks for, once or for the rest of its task',
    args: [which],
    flags: { task: { type: 'boolean', describe: 'the same again too, until its task ends' } },
    examples: ['mcc allow backend', 'mcc allow backend --task'],
    run: allow,
  }),
  define({
    name: 'deny',
    summary: 'Deny what an agent asks for, and tell it why',
    args: [which],
    flags: { reason: { type: 'text', describe: 'what it should do instead' } },
    examples: ['mcc deny backend --reason "use the test database"'],
    run: deny,
  }),
];

/** A request in full, as a person judges it: an edit as its lines, anything else as it was given. */
function permissionPage(permission: Permission): string {
  return [
    permissionLine(permission),
    ...inputLines(permission.input),
    `(${permission.id}: allow ${permission.agent}, or deny ${permission.agent} --reason "…")`,
  ].join('\n');
}

function allow({ state, input }: Context): Outcome {
  const permission = waiting(state, arg(input, 'agent'));
  if (isRefusal(permission)) return permission;
  const facts: Fact[] = [{ type: 'permission.answered', id: permission.id, decision: 'allow' }];
  if (input.flags.task !== true)
    return { facts, text: `allowed: ${permissionLine(permission)}`, data: { id: permission.id } };
  const task = taskOf(state, permission.agent);
  if (!task)
    return refuse(
      `${permission.agent} has no task in hand that a grant could end with`,
      `mcc allow ${permission.agent}`,
    );
  const rule = ruleFor(permission);
  return {
    facts: [...facts, { type: 'permission.granted', task: task.id, rule }],
    text: `allowed until ${task.id} ends: ${rule}`,
    data: { id: permission.id, task: task.id, rule },
  };
}

function deny({ state, input }: Context): Outcome {
  const permission = waiting(state, arg(input, 'agent'));
  if (isRefusal(permission)) return permission;
  const reason = text(input, 'reason')?.trim();
  return {
    facts: [
      { type: 'permission.answered', id: permission.id, decision: 'deny', ...(reason ? { reason } : {}) },
    ],
    text: `denied: ${permissionLine(permission)}`,
    data: { id: permission.id },
  };
}
