/** A message of Postgres: its type, then its length, which counts itself and not the type. */
const HEADER_BYTES = 5;
const NOTIFICATION = 'A'.charCodeAt(0);

/**
 * For what a Postgres sends on one connection, from its first byte on: passes whole messages, and leaves out the
 * notifications while `deaf` says so. The connection must not be encrypted.
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
