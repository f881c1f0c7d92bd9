import type { Scene } from '../scene.ts';
import { turns } from './turns.ts';

export const scenes: readonly Scene[] = [...turns];
