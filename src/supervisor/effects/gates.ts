import type { Fact } from '../../core/event.ts';
import { checkoutCandidate, ensureIntegration, gateEnvironment, runGate } from '../../io/gate.ts';
import { startTime } from '../../io/process.ts';
import { killTree } from '../../io/tree.ts';
import { leasedEnvironment, leasePorts } from '../leases.ts';
import { gateMark } from '../marks.ts';
import type { Project } from '../project.ts';
import { endSandbox, gateId, isolateGate, type Sandboxed } from './isolation.ts';

/** How much of a gate's output its author and the log get, in characters. */
const outputLength = 4_000;

/**
 * Runs the gates on a candidate, one after another, in mcc's own worktree; returns what the author must know of the first
 * that fails, or null.
 * @throws Error when the supervisor ends meanwhile
 */
export async function runGates(
  project: Project,
  task: string,
  commit: string,
  tell: (...facts: Fact[]) => void,
): Promise<string | null> {
  const { gates } = project.team.merge;
  if (gates.length === 0) return null;
  const { repository, paths } = project;
  await ensureIntegration(repository, paths.integration);
  await leasePorts(project);
  await checkoutCandidate(repository, paths.integration, commit);
  for (const gate of gates) {
    const result = await runGate({
      gate,
      cwd: paths.integration,
      env: gateEnvironment(project.environment, { ...leasedEnvironment(project), [gateMark]: project.root }),
      signal: project.ending,
      through: (program) => isolateGate(project, program),
    });
    await endGates(project);
    if (result.aborted) throw new Error(`gate ${gate.name} was stopped with the supervisor`);
    const output = result.output.slice(-outputLength);
    tell({ type: 'merge.gated', task, gate: gate.name, ok: result.ok, ms: Math.round(result.ms), output });
    if (!result.ok) {
      const how = result.timedOut
        ? `took longer than ${gate.timeout} s`
        : `exit ${result.code ?? result.signal ?? '?'}`;
      const command = typeof gate.run === 'string' ? gate.run : gate.run.join(' ');
      const said = output.trim() === '' ? 'it printed nothing' : output;
      return `gate ${gate.name} failed (${how}):\n$ ${command}\n${said}`;
    }
  }
  return null;
}

/** Ends what gates left behind, or what goes on of them after a crash. @throws Error that names what cannot be ended */
export async function endGates(project: Sandboxed): Promise<void> {
  const { root } = project;
  await endSandbox(project, gateId(root));
  const marker = { name: gateMark, value: root };
  // There is no first process here: the mark alone tells them, whenever they were started.
  const left = await killTree({ pid: 0, start: startTime(process.pid) ?? '', marker }, { grace: 0 });
  if (left.length > 0)
    throw Object.assign(new Error(`processes ${left.join(', ')} of a gate cannot be ended`), {
      hint: 'end them, then mcc up',
    });
}
