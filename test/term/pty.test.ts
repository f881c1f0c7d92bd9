import { ptyHost } from '../../src/term/pty.ts';
import { hostSuite } from './host-suite.ts';

hostSuite(ptyHost);
