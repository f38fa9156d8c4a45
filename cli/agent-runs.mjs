#!/usr/bin/env node
// The bin of the package. It makes Node read the TypeScript sources, wherever it was called from.
import { register } from 'tsx/esm/api';

// Without this, tsx would read the tsconfig.json of the folder that the command is called in.
register({ tsconfig: false });
await import('./main.ts');
