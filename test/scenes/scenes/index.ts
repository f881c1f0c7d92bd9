import type { Scene } from '../scene.ts';
import { background } from './background.ts';
import { composers, fullscreen } from './composer.ts';
import { conversation } from './conversation.ts';
import { dialogs } from './dialogs.ts';
import { ends } from './ends.ts';
import { errors } from './errors.ts';
import { turns } from './turns.ts';

/** All scenes, with the CLI that they are played on. */
export const scenesOn = (binary: string): readonly Scene[] => [
  ...turns,
  ...dialogs,
  ...errors,
  ...conversation,
  ...background,
  ...composers,
  ...fullscreen(binary),
  ...ends,
];
