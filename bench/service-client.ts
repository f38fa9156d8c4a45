import { readFrames } from './sse-frames.ts';

export interface ReceivedEvent {
  readonly seq: number;
  readonly type: string;
  /** The event's data, unparsed. */
  readonly data: string;
  /** When this process read it, as `performance.now()` counts. */
  readonly atMs: number;
}

export interface ServiceClient {
  /** @throws Error with the service's answer unless it is 2xx */
  send(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown): Promise<unknown>;
  /** Starts a session with `POST /v1/agents/{id}/run` and follows its stream to the end. Resolves with the session's id. */
  run(agentId: string, body: unknown, onEvent: (event: ReceivedEvent) => void): Promise<string>;
}

/** The service as any client sees it. */
export function createServiceClient(baseUrl: string, apiKey: string): ServiceClient {
  async function request(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  }

  return {
    send: async (method, path, body) => (await request(method, path, body)).json(),
    async run(agentId, body, onEvent) {
      const response = await request('POST', `/v1/agents/${agentId}/run`, body);
      const sessionId = response.headers.get('x-session-id');
      if (response.body === null || sessionId === null) throw new Error('The run was answered without a stream.');
      for await (const { message } of readFrames(response.body)) {
        if (message === undefined) continue;
        const type = message.event ?? 'message';
        onEvent({ seq: Number(message.id), type, data: message.data, atMs: performance.now() });
        if (type === 'session.status_ended') return sessionId;
      }
      throw new Error(`The stream of ${sessionId} broke off.`);
    },
  };
}
