import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { LRUCache } from 'lru-cache';
import type { ModelUsage } from '../../domain/model-usage.ts';
import { countTokens } from '../../domain/tokens.ts';
import { simulatedBaseUrl } from '../../models/kinds/simulated.ts';
import type { ModelProtocol } from '../../models/model-call.ts';
import { isSummaryRequest } from '../../simulated/agent/session-summary.ts';
import { RefusedRequest, type SimulatedRequest } from '../../simulated/conversation.ts';
import { type Endpoint, findEndpoint } from '../../simulated/endpoints.ts';
import { carriedMedia } from '../../simulated/media/carried-media.ts';
import { fileTokens, seenFiles } from '../../simulated/media/file-rules.ts';
import { imageTokens, seenImages } from '../../simulated/media/image-rules.ts';
import { readRequest } from '../../simulated/media/read-request.ts';
import type { WireRequest } from '../../simulated/protocols/protocol.ts';
import { composeReply, type Draft } from '../../simulated/reply.ts';

type AnswerEndpoint = Extract<Endpoint, { kind: 'answer' }>;

/** A request that the server did not refuse. */
export interface StrictRequest extends SimulatedRequest {
  // biome-ignore lint/suspicious/noExplicitAny: the body of whichever protocol the test speaks
  readonly body: any;
  readonly forSummary: boolean;
  readonly inputTokens: number;
}

/** `broken`: the connection is reset in the middle of the answer. An error is sent in place of an answer. */
export type StrictAnswer =
  | (Omit<Draft, 'toolCalls'> & {
      readonly toolCalls: readonly { readonly name: string; readonly args: object }[];
      readonly broken?: boolean;
    })
  | { readonly error: { readonly status: number; readonly code: string; readonly message: string } };

export interface Refusal {
  readonly protocol: ModelProtocol;
  readonly model: string;
  readonly code: string;
  readonly message: string;
}

export interface StrictServer {
  baseUrl(protocol: ModelProtocol): string;
  /** What the server refused because a real server would. */
  readonly refused: readonly Refusal[];
  /** The usage of every answer that was sent whole. */
  readonly reported: readonly {
    readonly protocol: ModelProtocol;
    readonly model: string;
    readonly usage: ModelUsage;
  }[];
  close(): Promise<void>;
}

export interface StrictServerOptions {
  readonly limits: (model: string) => WireRequest['limits'];
  readonly template?: (protocol: ModelProtocol) => WireRequest['template'];
  readonly answer: (request: StrictRequest) => StrictAnswer;
}

/**
 * A server of models on loopback that speaks the protocols of the simulated provider and refuses what the simulated
 * provider refuses. It also counts the tokens of each prompt with a real tokenizer, and knows the limits of its models.
 * It does not tell turns by the number of answers in a prompt, so it serves sessions whose early turns are left out.
 */
export async function startStrictServer(options: StrictServerOptions): Promise<StrictServer> {
  const refused: Refusal[] = [];
  const reported: StrictServer['reported'][number][] = [];

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const endpoint = findEndpoint(incoming.method ?? 'GET', (incoming.url ?? '/').split('?', 1)[0] ?? '/');
    if (endpoint?.kind !== 'answer') return void response.writeHead(404).end();
    const { protocol, protocolName } = endpoint;
    const sent = await text(incoming);
    const read = readStrictly(endpoint, incoming, sent, options);
    if (read instanceof RefusedRequest) {
      refused.push({ protocol: protocolName, model: modelOf(endpoint, sent), code: read.code, message: read.message });
      return sendError(response, endpoint, read);
    }
    const answer = options.answer(read);
    if ('error' in answer) return sendError(response, endpoint, answer.error);
    const reply = composeReply(read, draftOf(answer), 0);
    const frames = protocol.stream(reply, 4, read.reportsUsage);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (answer.broken === true) {
      // Never the last frame: with it, the answer would be whole.
      const half = frames.slice(0, Math.floor(frames.length / 2)).map(({ data }) => data);
      response.flushHeaders();
      response.write(half.join('') || ': nothing yet\n\n', () => response.socket?.resetAndDestroy());
      return;
    }
    if (reply.usage !== null) reported.push({ protocol: protocolName, model: read.model, usage: reply.usage });
    response.end(frames.map(({ data }) => data).join(''));
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      // A client that went away is no fault of the server.
      if (!incoming.destroyed && !response.destroyed) response.destroy(error instanceof Error ? error : undefined);
    });
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  // A server that listens on a port has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: (protocol) => simulatedBaseUrl(`http://127.0.0.1:${port}`, protocol),
    refused,
    reported,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function readStrictly(
  endpoint: AnswerEndpoint,
  incoming: IncomingMessage,
  sent: string,
  { limits, template }: StrictServerOptions,
): StrictRequest | RefusedRequest {
  const body: unknown = JSON.parse(sent);
  const { protocol, protocolName, pathModel, pathStream } = endpoint;
  const wire = (inputTokens: number): WireRequest => ({
    body,
    bodyBytes: Buffer.byteLength(sent),
    pathModel,
    pathStream,
    header: (name) => incoming.headers[name]?.toString(),
    limits: limits(modelOf(endpoint, sent)),
    inputTokens,
    template: template?.(protocolName),
  });
  try {
    const carried = carriedMedia(protocolName, body);
    const images = seenImages(
      protocolName,
      carried.filter(({ kind }) => kind === 'image'),
    );
    const files = seenFiles(protocolName, carried);
    const texts: unknown = JSON.parse(carried.reduce((rest, { data }) => rest.replaceAll(data, ''), sent));
    const inputTokens = tokensOf(texts) + imageTokens(protocolName, images) + fileTokens(protocolName, files);
    const request = readRequest(protocol, wire(inputTokens));
    return { ...request, body, inputTokens, forSummary: isSummaryRequest(request) };
  } catch (error) {
    if (!(error instanceof RefusedRequest)) throw error;
    return error;
  }
}

function sendError(
  response: ServerResponse,
  { protocol }: AnswerEndpoint,
  { status, code, message }: { readonly status: number; readonly code: string; readonly message: string },
): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(protocol.error(status, code, message));
}

function draftOf({ toolCalls, ...rest }: Exclude<StrictAnswer, { error: unknown }>): Draft {
  // Some providers give the first call of every answer the same id.
  return {
    ...rest,
    toolCalls: toolCalls.map(({ name, args }, index) => ({ id: `call_${index}`, name, rawArgs: JSON.stringify(args) })),
  };
}

function modelOf({ pathModel }: AnswerEndpoint, sent: string): string {
  return pathModel ?? /"model":"([^"]*)"/.exec(sent)?.[1] ?? '';
}

/** For the role of a message and the like. */
const TOKENS_PER_OBJECT = 4;
const SLICE_CHARACTERS = 4_096;
/** Most slices of a prompt were in the prompt before it, where they began at the same places. */
const counted = new LRUCache<string, number>({ maxSize: 64 * 1024 * 1024, sizeCalculation: (_, each) => each.length });

/** Tokens of everything that a request holds: names of members count little, so they are left out. */
function tokensOf(value: unknown): number {
  if (typeof value === 'string') return tokensOfText(value);
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + tokensOf(each), 0);
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : 1;
  return Object.values(value).reduce((sum: number, each) => sum + tokensOf(each), TOKENS_PER_OBJECT);
}

function tokensOfText(text: string): number {
  let tokens = 0;
  for (let at = 0; at < text.length; at += SLICE_CHARACTERS) {
    const slice = text.slice(at, at + SLICE_CHARACTERS);
    const known = counted.get(slice) ?? countTokens(slice);
    if (slice !== '') counted.set(slice, known);
    tokens += known;
  }
  return tokens;
}
