/** A message of Postgres begins with its type and its length. The length counts itself but not the type. */
const HEADER_BYTES = 5;
const NOTIFICATION = 'A'.charCodeAt(0);

/**
 * A filter for all bytes that Postgres sends on one connection. It passes whole messages, and drops notifications while
 * `deaf` returns true. The connection must not be encrypted.
 */
export function createNotificationFilter(deaf: () => boolean): (bytes: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    const passed: Buffer[] = [];
    while (rest.length >= HEADER_BYTES) {
      const messageBytes = 1 + rest.readUInt32BE(1);
      if (rest.length < messageBytes) break;
      if (rest[0] !== NOTIFICATION || !deaf()) passed.push(rest.subarray(0, messageBytes));
      rest = rest.subarray(messageBytes);
    }
    return Buffer.concat(passed);
  };
}
