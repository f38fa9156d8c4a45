import { isGrpcServiceError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { TemporalAddress } from './temporal-address.ts';

const ANSWER_TIMEOUT_MS = 5_000;
const GRPC_NOT_FOUND = 5;
const GRPC_PERMISSION_DENIED = 7;
const GRPC_UNAUTHENTICATED = 16;

/**
 * Connects to a Temporal and checks that it knows our namespace. `Worker.create` checks it as well, but only after it has
 * started a thread that nobody can end any more.
 * @throws Error that says in a sentence what is missing
 */
export async function connectToTemporal(temporal: TemporalAddress): Promise<NativeConnection> {
  const { address, apiKey, tls, namespace } = temporal;
  let connection: NativeConnection | undefined;
  try {
    connection = await NativeConnection.connect({
      address,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(tls === undefined ? {} : { tls }),
    });
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      workflowService.describeNamespace({ namespace }),
    );
    return connection;
  } catch (error) {
    await connection?.close();
    throw new Error(whatIsMissing(error, temporal), { cause: error });
  }
}

function whatIsMissing(error: unknown, { address, namespace }: TemporalAddress): string {
  const code = isGrpcServiceError(error) ? error.code : undefined;
  if (code === GRPC_NOT_FOUND)
    return `Temporal at ${address} has no namespace "${namespace}": create it, or name another in TEMPORAL_NAMESPACE.`;
  if (code === GRPC_PERMISSION_DENIED || code === GRPC_UNAUTHENTICATED)
    return `Temporal at ${address} refuses its namespace "${namespace}" to us: check TEMPORAL_NAMESPACE and TEMPORAL_API_KEY.`;
  return `Temporal at ${address} does not answer yet.`;
}
