import type { ApiPromise } from '../http/api-promise.ts';
import type { RequestOptions } from '../http/request.ts';
import type { PagePromise } from '../paging/page-promise.ts';
import type {
  AcceptMcpToolRequest,
  AskedDirectToolCall,
  AuditEntry,
  AuditVerification,
  AuthorizationLink,
  Deleted,
  DirectToolCall,
  McpAuditQuery,
  McpCallToolParams,
  McpDiscovery,
  McpFinishAuthorizationQuery,
  McpListToolsQuery,
  McpServer,
  McpServerRequest,
  McpTool,
  McpUpdateGovernanceParams,
  McpVerifyAuditQuery,
  OAuthClientDocument,
  PageQuery,
  ToolCheck,
  ToolCheckRequest,
  ToolGovernance,
  ToolGovernanceSettings,
  ToolPolicy,
  ToolPolicyRequest,
} from '../types.ts';
import { path } from './path.ts';
import { Resource } from './resource.ts';

/** MCP servers, their tools, the policies of tools, and the audit of what was called. */
export class Mcp extends Resource {
  /**
   * List MCP servers, newest first, the bundled ones last. Needs a key with scope `read`.
   */
  listServers(query?: PageQuery, options?: RequestOptions): PagePromise<McpServer> {
    return this.client.getPage('/v1/mcp/servers', query, options);
  }

  /**
   * Register an MCP server. Only admins of the first tenant may register one over stdio. Needs a key with scope
   * `admin`.
   * @throws BadRequestError `address_not_allowed`
   * @throws ConflictError `mcp_server_exists`
   */
  registerServer(body: McpServerRequest, options?: RequestOptions): ApiPromise<McpServer> {
    return this.client.request({ method: 'POST', path: '/v1/mcp/servers', body, options });
  }

  /**
   * Read an MCP server. Needs a key with scope `read`.
   * @throws NotFoundError `mcp_server_not_found`
   */
  getServer(serverId: string, options?: RequestOptions): ApiPromise<McpServer> {
    return this.client.request({ method: 'GET', path: path`/v1/mcp/servers/${serverId}`, options });
  }

  /**
   * Replace an MCP server. Its tools have to be discovered again; secrets that are left out stay. Only admins of the
   * first tenant may do it over stdio. Needs a key with scope `admin`.
   * @throws NotFoundError `mcp_server_not_found`
   * @throws ConflictError `mcp_server_built_in`, `mcp_server_exists`
   * @throws BadRequestError `address_not_allowed`
   */
  updateServer(serverId: string, body: McpServerRequest, options?: RequestOptions): ApiPromise<McpServer> {
    return this.client.request({ method: 'PUT', path: path`/v1/mcp/servers/${serverId}`, body, options });
  }

  /**
   * Remove an MCP server. Needs a key with scope `admin`.
   * @throws NotFoundError `mcp_server_not_found`
   * @throws ConflictError `mcp_server_built_in`
   */
  removeServer(serverId: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({ method: 'DELETE', path: path`/v1/mcp/servers/${serverId}`, options });
  }

  /**
   * Ask a server for its tools, pin new ones, and quarantine those whose definition changed. Needs a key with scope
   * `admin`.
   * @throws NotFoundError `mcp_server_not_found`
   * @throws ConflictError `mcp_server_built_in`
   * @throws BadRequestError `address_not_allowed`
   * @throws ServerError `mcp_server_failed`
   */
  discoverServer(serverId: string, options?: RequestOptions): ApiPromise<McpDiscovery> {
    return this.client.request({ method: 'POST', path: path`/v1/mcp/servers/${serverId}/discover`, options });
  }

  /**
   * Make a link under which a person lends an account to an MCP server. Needs a key with scope `admin`.
   * @throws NotFoundError `mcp_server_not_found`
   * @throws ConflictError `mcp_server_built_in`, `oauth_not_configured`, `public_url_not_set`
   * @throws ServerError `mcp_server_failed`
   */
  authorizeServer(serverId: string, options?: RequestOptions): ApiPromise<AuthorizationLink> {
    return this.client.request({ method: 'POST', path: path`/v1/mcp/servers/${serverId}/authorize`, options });
  }

  /**
   * Accept the changed definition of a tool, which ends its quarantine. Needs a key with scope `admin`.
   * @throws NotFoundError `mcp_server_not_found`
   * @throws ConflictError `mcp_server_built_in`, `mcp_tool_changed`, `mcp_tool_unusable`
   */
  acceptTool(serverId: string, body: AcceptMcpToolRequest, options?: RequestOptions): ApiPromise<McpServer> {
    return this.client.request({ method: 'POST', path: path`/v1/mcp/servers/${serverId}/tools/accept`, body, options });
  }

  /**
   * List discovered tools, with their names and what policy says of them. Needs a key with scope `read`.
   * @throws NotFoundError `mcp_server_not_found`, `agent_not_found`
   */
  listTools(query?: McpListToolsQuery, options?: RequestOptions): PagePromise<McpTool> {
    return this.client.getPage('/v1/mcp/tools', query, options);
  }

  /**
   * List what was decided about tool calls, what became of them, and what was done to servers, policies and
   * settings, newest first. Needs a key with scope `admin`.
   */
  audit(query?: McpAuditQuery, options?: RequestOptions): PagePromise<AuditEntry> {
    return this.client.getPage('/v1/mcp/audit', query, options);
  }

  /**
   * Check the hash chain of the audit, whole or from an earlier answer on. Needs a key with scope `admin`.
   */
  verifyAudit(query?: McpVerifyAuditQuery, options?: RequestOptions): ApiPromise<AuditVerification> {
    return this.client.request({ method: 'GET', path: '/v1/mcp/audit/verify', query, options });
  }

  /**
   * Call a tool of an MCP server, under the same policies as a call of a session. The answer with an `approval_id`
   * says that a person is asked first. With an idempotency key, a repeat is given the same answer and calls nothing.
   * Needs a key with scope `run`.
   * @throws NotFoundError `mcp_server_not_found`, `tool_not_found`, `approval_not_found`
   * @throws ConflictError `tool_needs_session`, `approval_expired`, `approval_used`, `tool_definition_changed`
   * @throws BadRequestError `invalid_tool_arguments`
   * @throws PermissionDeniedError `tool_not_allowed`
   * @throws RateLimitError `tool_rate_limited`
   * @throws ServerError `mcp_server_failed`, `tool_outcome_unknown`, `tool_timed_out`
   */
  callTool(body: McpCallToolParams, options?: RequestOptions): ApiPromise<DirectToolCall | AskedDirectToolCall> {
    return this.client.request({ method: 'POST', path: '/v1/mcp/tools/call', body, options });
  }

  /**
   * Read a call that was made with `callTool`. Needs a key with scope `read`.
   * @throws NotFoundError `tool_call_not_found`
   */
  getCall(callId: string, options?: RequestOptions): ApiPromise<DirectToolCall> {
    return this.client.request({ method: 'GET', path: path`/v1/mcp/tools/calls/${callId}`, options });
  }

  /**
   * Read the whole text of the result of a call that was made with `callTool`, without secrets. Needs a key with
   * scope `read`.
   * @throws NotFoundError `tool_call_not_found`
   */
  getCallResult(callId: string, options?: RequestOptions): ApiPromise<string> {
    return this.client.request({
      method: 'GET',
      path: path`/v1/mcp/tools/calls/${callId}/result`,
      answer: 'text',
      options,
    });
  }

  /**
   * Read the tool policies, a page at a time, and what is set for all tools. Needs a key with scope `read`.
   */
  getGovernance(query?: PageQuery, options?: RequestOptions): ApiPromise<ToolGovernance> {
    return this.client.request({ method: 'GET', path: '/v1/mcp/governance', query, options });
  }

  /**
   * Set what tools meet that no policy names, and what they meet when text from outside is in a conversation. Needs
   * a key with scope `admin`.
   */
  updateGovernance(body: McpUpdateGovernanceParams, options?: RequestOptions): ApiPromise<ToolGovernanceSettings> {
    return this.client.request({ method: 'PUT', path: '/v1/mcp/governance', body, options });
  }

  /**
   * Set the policy of the tools that a glob names. Needs a key with scope `admin`.
   * @throws BadRequestError `unknown_tool`
   * @throws NotFoundError `agent_not_found`
   */
  setPolicy(body: ToolPolicyRequest, options?: RequestOptions): ApiPromise<ToolPolicy> {
    return this.client.request({ method: 'PUT', path: '/v1/mcp/governance/policy', body, options });
  }

  /**
   * Read a tool policy. Needs a key with scope `read`.
   * @throws NotFoundError `tool_policy_not_found`
   */
  getPolicy(policyId: string, options?: RequestOptions): ApiPromise<ToolPolicy> {
    return this.client.request({ method: 'GET', path: path`/v1/mcp/governance/policy/${policyId}`, options });
  }

  /**
   * Delete a tool policy. Needs a key with scope `admin`.
   * @throws NotFoundError `tool_policy_not_found`
   */
  removePolicy(policyId: string, options?: RequestOptions): ApiPromise<Deleted> {
    return this.client.request({ method: 'DELETE', path: path`/v1/mcp/governance/policy/${policyId}`, options });
  }

  /**
   * Say what a call of a tool would meet, and why. Nothing is called. Needs a key with scope `read`.
   * @throws BadRequestError `unknown_tool`
   * @throws NotFoundError `agent_not_found`
   */
  checkCall(body: ToolCheckRequest, options?: RequestOptions): ApiPromise<ToolCheck> {
    return this.client.request({ method: 'POST', path: '/v1/mcp/governance/check', body, options });
  }

  /**
   * Hand over what an authorization server sent back with a browser. The answer is a page (HTML) that says how it
   * went.
   */
  finishAuthorization(query?: McpFinishAuthorizationQuery, options?: RequestOptions): ApiPromise<string> {
    return this.client.request({ method: 'GET', path: '/v1/mcp/oauth/callback', query, answer: 'text', options });
  }

  /**
   * Read how the service describes itself to authorization servers.
   */
  clientDocument(options?: RequestOptions): ApiPromise<OAuthClientDocument> {
    return this.client.request({ method: 'GET', path: '/v1/mcp/oauth/client.json', options });
  }
}
