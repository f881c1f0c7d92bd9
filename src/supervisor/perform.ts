import type { Effect } from '../core/plan.ts';
import { interruptTurn } from './effects/interrupt.ts';
import { mergeTask } from './effects/merge.ts';
import { fileMessage, shelveMessage, typeMessages } from './effects/message.ts';
import { startSession } from './effects/session.ts';
import { stopSession } from './effects/session-end.ts';
import { prepareWorktree } from './effects/setup.ts';
import { makeWorktree, startTaskBranch } from './effects/worktree.ts';
import type { Project } from './project.ts';
import { writeResult } from './views.ts';

/** Carries one effect out. Each looks first whether it is done already, since a crash may fall between deed and event. */
export async function perform(project: Project, effect: Effect): Promise<void> {
  switch (effect.type) {
    case 'worktree.make':
      return makeWorktree(project, effect.agent);
    case 'worktree.prepare':
      return prepareWorktree(project, effect.agent);
    case 'session.start':
      return startSession(project, effect.agent);
    case 'session.stop':
      return stopSession(project, effect.agent);
    case 'branch.start':
      return startTaskBranch(project, effect);
    case 'message.file':
      return fileMessage(project, effect.id);
    case 'message.shelve':
      return shelveMessage(project, effect.id);
    case 'message.type':
      return typeMessages(project, effect.agent, effect.ids);
    case 'turn.interrupt':
      return interruptTurn(project, effect.agent);
    case 'result.write':
      return writeResult(project, effect.task);
    case 'merge.run':
      return mergeTask(project, effect.task);
  }
}
