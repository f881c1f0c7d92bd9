import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Host } from '../../src/term/host.ts';
import { tmuxHost } from '../../src/term/tmux.ts';
import { findTmux, tmuxProblem } from '../../src/term/tmux-version.ts';
import { hostSuite } from './host-suite.ts';

describe.skipIf(tmuxProblem(await findTmux(process.env)))('tmux', () => {
  let folder: string;
  let host: Required<Host>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mcc-tmux-'));
    host = await tmuxHost({ socket: join(folder, 'socket'), scrollback: 1000, env: process.env });
  });

  afterAll(async () => {
    await host.close();
    rmSync(folder, { recursive: true });
  });

  hostSuite(() => host);
});
