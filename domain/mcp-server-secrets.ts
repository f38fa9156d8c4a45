/** The row ids to which the secrets of an MCP server are sealed. The credential is sealed to the id of the server itself. */
export function sealedServerHeadersRow(serverId: string): string {
  return `${serverId}/headers`;
}

export function sealedServerEnvRow(serverId: string): string {
  return `${serverId}/env`;
}
