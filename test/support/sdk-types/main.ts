import { writeFileSync } from 'node:fs';
import { openApi } from './operations.ts';
import { TYPES_FILE, typescriptTypes } from './typescript-types.ts';

/** `npm run sdk:types`: writes the types of the TypeScript client, as the OpenAPI document has them. */
writeFileSync(TYPES_FILE, await typescriptTypes(openApi));
