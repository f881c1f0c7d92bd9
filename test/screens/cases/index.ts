import type { Case } from '../case.ts';
import { buffer } from './buffer.ts';
import { cursor } from './cursor.ts';
import { erase } from './erase.ts';
import { modes } from './modes.ts';
import { region } from './region.ts';
import { stream } from './stream.ts';
import { style } from './style.ts';
import { talk } from './talk.ts';
import { width } from './width.ts';

export const cases: readonly Case[] = [
  ...[style, width, cursor, erase, region, buffer, modes, talk, stream].flat(),
];
