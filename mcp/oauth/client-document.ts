import type { ClientDocument } from '../../contract/mcp-oauth.ts';

/** The path at which the service describes itself as a client. The address of the document is the id of the client. */
export const CLIENT_DOCUMENT_PATH = '/v1/mcp/oauth/client.json';

/**
 * The document that an authorization server reads of a client that it has never met.
 * @param publicUrl the address under which the service is reached, without a slash at its end
 */
export function clientDocument(publicUrl: string, redirectUri: string): ClientDocument {
  return {
    client_id: addressOfDocument(publicUrl),
    client_name: 'Agent Runs',
    client_uri: publicUrl,
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // Everybody can read the document, so it can hold no secret, and PKCE binds each code to its request.
    token_endpoint_auth_method: 'none',
    application_type: 'web',
  };
}

/**
 * The id of the client at authorization servers that read such documents. They fetch it over https only.
 * @returns undefined where the service has no address that they could fetch it from
 */
export function documentClientId(publicUrl: string | undefined): string | undefined {
  return publicUrl?.startsWith('https://') ? addressOfDocument(publicUrl) : undefined;
}

function addressOfDocument(publicUrl: string): string {
  return `${publicUrl}${CLIENT_DOCUMENT_PATH}`;
}
