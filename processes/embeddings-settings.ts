import { z } from 'zod';
import { apiKeySchema, parsedBy, parseHttpUrl } from './setting-formats.ts';

/** The embedding model of this installation. */
export interface EmbeddingsSettings {
  /** The address that texts are sent to. */
  readonly url: string;
  readonly model: string;
  readonly apiKey: string | undefined;
  /** How long a message waits for its vector. */
  readonly waitMs: number;
}

/** The setting among these that may hold a secret. */
export const EMBEDDINGS_SECRET = 'AGENT_RUNS_EMBEDDINGS_API_KEY';

/** The schema of the environment variables that name an embedding model. It gives undefined where there is none. */
export const embeddingsSettingsSchema = z
  .object({
    AGENT_RUNS_EMBEDDINGS_URL: parsedBy(parseHttpUrl),
    AGENT_RUNS_EMBEDDINGS_MODEL: z.string().trim().max(200, 'must have at most 200 characters').optional(),
    AGENT_RUNS_EMBEDDINGS_API_KEY: apiKeySchema,
    AGENT_RUNS_EMBEDDINGS_WAIT_S: z.coerce
      .number('must be a number of seconds')
      .positive('must be more than 0 seconds')
      .max(10, 'must be at most 10 seconds')
      .default(0.5),
  })
  .superRefine((settings, context) => {
    const { AGENT_RUNS_EMBEDDINGS_URL: url, AGENT_RUNS_EMBEDDINGS_MODEL: model } = settings;
    const lacks = (name: keyof typeof settings, what: string) =>
      context.addIssue({ code: 'custom', path: [name], message: what });
    if (url !== undefined && model === undefined) {
      lacks('AGENT_RUNS_EMBEDDINGS_MODEL', 'names the model of AGENT_RUNS_EMBEDDINGS_URL and is not set');
    }
    if (url === undefined && (model !== undefined || settings.AGENT_RUNS_EMBEDDINGS_API_KEY !== undefined)) {
      lacks('AGENT_RUNS_EMBEDDINGS_URL', 'names the end point that makes embeddings and is not set');
    }
  })
  .transform((settings): EmbeddingsSettings | undefined => {
    const { AGENT_RUNS_EMBEDDINGS_URL: url, AGENT_RUNS_EMBEDDINGS_MODEL: model } = settings;
    if (url === undefined || model === undefined) return undefined;
    return {
      url: endpointOf(url),
      model,
      apiKey: settings.AGENT_RUNS_EMBEDDINGS_API_KEY,
      waitMs: Math.round(settings.AGENT_RUNS_EMBEDDINGS_WAIT_S * 1_000),
    };
  });

/** A base address, such as https://api.openai.com/v1, stands for the end point below it. */
function endpointOf(address: string): string {
  const url = new URL(address);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/embeddings') ? path : `${path}/embeddings`;
  return url.href;
}
