import { apiAttacks } from './api-attacks.ts';
import type { Attack } from './attack.ts';
import { modelAttacks } from './model-attacks.ts';
import { schemaAttacks } from './schema-attacks.ts';
import { toolAttacks } from './tool-attacks.ts';

/** Every attack of a hostile tenant that is tried. */
export const attacks: readonly Attack[] = [...modelAttacks, ...toolAttacks, ...schemaAttacks, ...apiAttacks];
