import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { noAnswer, refusal } from './refusal.ts';
import { AGENT_ID, BOOTSTRAP } from './session-request.ts';

const NOTES_DIR = fileURLToPath(new URL('./notes/', import.meta.url));

export interface Service {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** Creates the agent unless it exists, and puts the notes into its workspace. Resolves with their number. @throws StackError */
export async function seedAgent(service: Service): Promise<number> {
  const bootstrapped = await send(service, 'POST', '/v1/agent/bootstrap', BOOTSTRAP);
  // 409 means that somebody has given the agent other values since. They stay.
  if (!bootstrapped.ok && bootstrapped.status !== 409) throw await refusal('POST /v1/agent/bootstrap', bootstrapped);
  const names = readdirSync(NOTES_DIR).filter((name) => name.endsWith('.md'));
  for (const name of names) {
    const path = `/v1/agents/${AGENT_ID}/context/workspace/${name}`;
    const stored = await send(service, 'PUT', path, { content: readFileSync(`${NOTES_DIR}${name}`, 'utf8') });
    if (!stored.ok) throw await refusal(`PUT ${path}`, stored);
  }
  return names.length;
}

function send(service: Service, method: string, path: string, body: unknown): Promise<Response> {
  return fetch(`${service.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${service.apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((error: unknown) => {
    throw noAnswer(service, error);
  });
}
