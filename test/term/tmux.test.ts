import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Host } from '../../src/term/host.ts';
import { tmuxHost } from '../../src/term/tmux.ts';
import { hostSuite } from './host-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'mcc-tmux-'));
let host: Required<Host>;

beforeAll(async () => {
  host = await tmuxHost({ socket: join(folder, 'socket'), scrollback: 1000, env: process.env });
});

afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true });
});

hostSuite(() => host);
