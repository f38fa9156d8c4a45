import proto from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
type RecordedHistory = proto.temporal.api.history.v1.IHistory;

/**
 * A history as readable JSON: enums by name, bytes in base64. The SDK's own `historyToJSON` fails wherever npm gives
 * `@temporalio/common` and `@temporalio/proto` a copy of protobufjs each.
 */
export function historyToJson(history: RecordedHistory): unknown {
  return History.toObject(History.fromObject(history), { enums: String, longs: String, bytes: String });
}

export function historyFromJson(json: unknown): RecordedHistory {
  if (typeof json !== 'object' || json === null) throw new TypeError('A history is an object.');
  return History.fromObject(json);
}
