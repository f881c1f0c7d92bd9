import { teamJsonSchema } from '../core/team-schema.ts';
import { exits } from './shell.ts';
import type { Call } from './verbs.ts';

/** `mcc schema` */
export async function run({ shell }: Call): Promise<number> {
  shell.out(`${JSON.stringify(teamJsonSchema(), null, 2)}\n`);
  return exits.ok;
}
