import {
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  PROTOCOL_VERSION_META_KEY,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/client';
import { z } from 'zod';
import { handshakeAnswer } from './handshake-answer.ts';

/**
 * The SDK's client checks the whole of a stateless answer against its own schemas before it hands it on. One odd tool would
 * void a list of a thousand, and one odd block would void the result of a call that has had its effect. So the client is
 * shown a plain answer that fits those schemas, and the real answer travels with it under this key of `_meta`.
 */
const CARRIED = 'agent-runs/answer';
const CARRIED_METHODS: readonly string[] = ['tools/list', 'tools/call'];
/** Fits the schemas of all CARRIED_METHODS. */
const PLAIN_ANSWER = { resultType: 'complete', ttlMs: 0, cacheScope: 'private', tools: [], content: [] };

const carrierSchema = z.object({ _meta: z.object({ [CARRIED]: z.unknown() }) });

/** The schema of an answer in both generations of the protocol: it is applied to what the server really sent. */
export function answerSchema<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => {
    const carrier = carrierSchema.safeParse(value);
    return carrier.success ? carrier.data._meta[CARRIED] : value;
  }, schema);
}

/**
 * The transport, with carried answers.
 * @param kind.takes asked for each answer to a request that nobody has sent; false: the client is not shown it
 * @param kind.onAnswer told of each answer before the client is shown it
 * @param kind.stdio whether silence at the first request means that the server is of the older generation, which never answers
 *   a request that comes before `initialize`
 */
export function carryingAnswers(
  inner: Transport,
  kind: {
    readonly stdio: boolean;
    readonly takes: () => boolean;
    readonly onAnswer: (id: RequestId) => void;
  },
): Transport {
  /** All requests without an answer. */
  const pending = new Set<RequestId>();
  const asked = new Set<RequestId>();
  const handshakes = new Set<RequestId>();
  const outer: Transport = {
    hasPerRequestStream: inner.hasPerRequestStream,
    start: () => inner.start(),
    send(message, options) {
      if (isJSONRPCRequest(message)) pending.add(message.id);
      if (isStatelessRequest(message)) asked.add(message.id);
      if (isJSONRPCRequest(message) && message.method === 'initialize') handshakes.add(message.id);
      return inner.send(message, options);
    },
    close: () => inner.close(),
    get sessionId() {
      return inner.sessionId;
    },
    setProtocolVersion: (version) => inner.setProtocolVersion?.(version),
    setSupportedProtocolVersions: (versions) => inner.setSupportedProtocolVersions?.(versions),
  };
  inner.onclose = () => outer.onclose?.();
  inner.onerror = (error) => outer.onerror?.(error);
  inner.onmessage = (message, extra) => {
    const answered = 'id' in message && !('method' in message) ? message.id : undefined;
    // Some servers write the id of a request, which is a number, as a string.
    const isAnswer = answered !== undefined && (pending.delete(answered) || pending.delete(Number(answered)));
    if (answered !== undefined && !isAnswer && !kind.takes()) return;
    if (answered !== undefined) kind.onAnswer(answered);
    if (answered === undefined) outer.onmessage?.(message, extra);
    else if (asked.delete(answered)) outer.onmessage?.(carried(message), extra);
    else outer.onmessage?.(handshakes.delete(answered) ? handshakeAnswer(message) : message, extra);
  };
  // The SDK tells a transport of a child process by these two properties.
  return kind.stdio ? Object.assign(outer, { pid: null, stderr: null }) : outer;
}

function isStatelessRequest(message: JSONRPCMessage): message is JSONRPCRequest {
  if (!isJSONRPCRequest(message) || !CARRIED_METHODS.includes(message.method)) return false;
  return message.params?._meta?.[PROTOCOL_VERSION_META_KEY] !== undefined;
}

/** An answer that asks for input goes to the client as it is. */
function carried(message: JSONRPCMessage): JSONRPCMessage {
  if (!isJSONRPCResultResponse(message) || message.result.resultType === 'input_required') return message;
  return { ...message, result: { ...PLAIN_ANSWER, _meta: { [CARRIED]: message.result } } };
}
