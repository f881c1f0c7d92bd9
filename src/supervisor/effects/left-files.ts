import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../project.ts';

/**
 * Removes what Claude Code leaves in the system's folder for temporary files after its sessions ended: the socket that
 * versions since 2.1.224 make at a fixed place, named by pid (measured).
 */
export function removeLeftFiles(project: Project): void {
  for (const agent of Object.values(project.supervisor.state.agents)) {
    if (agent.session) rmSync(join('/tmp/cc-socks', `${agent.session.pid}.sock`), { force: true });
  }
}
