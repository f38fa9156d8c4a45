import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { description } from '../api-conformance.ts';
import { pythonEnvironment, runPython } from './environment.ts';

/** `npm run sdk:python`: makes the types of the Python SDK from the OpenAPI document, and its synchronous client. */
const python = await pythonEnvironment();
const scratch = mkdtempSync(path.join(tmpdir(), 'openapi-'));
try {
  const openapi = path.join(scratch, 'openapi.json');
  writeFileSync(openapi, JSON.stringify(description));
  await runPython(python, ['scripts/make_types.py', openapi, 'src/brainstormrouter/types/_generated.py']);
  await runPython(python, ['scripts/make_sync.py']);
} finally {
  rmSync(scratch, { recursive: true });
}
