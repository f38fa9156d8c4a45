import type { ActionAnswer, ActionDetail, ActionStatus, RequiredAction } from '../../domain/required-action.ts';
import type { Tx } from '../database.ts';

/** The columns of an action, read from a table with the alias `a`. */
export const actionColumns = `a.id, a.tool_call_id AS "toolCallId", a.turn, a.kind, a.rule, a.tool_name AS "toolName",
  a.server_id AS "serverId", a.server_tool AS "serverTool", a.effect, a.args, a.args_hash AS "argsHash", a.pin, a.detail, a.status,
  a.answer, a.answered_by AS "answeredBy", a.expires_at AS "expiresAt"`;

export type NewAction = Omit<RequiredAction, 'status' | 'answer' | 'answeredBy' | 'expiresAt' | 'detail'> & {
  readonly detail?: ActionDetail | undefined;
  /** The dispatch of the call that a question about an unknown effect is about. */
  readonly attempt?: number | undefined;
};

/** Asks for decisions. Each expires after `expireInMs`. */
export function insertRequiredActions(
  tx: Tx,
  of: { readonly sessionId: string | null; readonly agentId: string | null },
  expireInMs: number,
  actions: readonly NewAction[],
): void {
  if (actions.length === 0) return;
  tx.send(
    'insert-required-actions',
    `INSERT INTO required_action (id, tenant_id, session_id, agent_id, tool_call_id, turn, kind, rule, tool_name, server_id,
                                  server_tool, effect, args, args_hash, pin, detail, attempt, expires_at)
     SELECT a.id, $1, $2, $3, a."toolCallId", a.turn, a.kind, a.rule, a."toolName", a."serverId", a."serverTool", a.effect,
            a.args, a."argsHash", a.pin, coalesce(a.detail, '{}'), a.attempt, now() + make_interval(secs => $4::float8 / 1000)
       FROM jsonb_to_recordset($5::jsonb) AS a (id text, "toolCallId" text, turn int, kind text, rule text, "toolName" text,
            "serverId" text, "serverTool" text, effect text, args jsonb, "argsHash" text, pin text, detail jsonb, attempt int)`,
    [tx.tenantId, of.sessionId, of.agentId, expireInMs, JSON.stringify(actions)],
  );
}

/** An action of a turn whose consequence has not come about. */
export interface OpenAction extends RequiredAction {
  /** The time that is left to answer the action; negative when it has expired. */
  readonly leftMs: number;
}

/** Lists the actions of a turn that are pending, or that are answered and not applied, in the order of their calls. */
export async function openActionsOfTurn(tx: Tx, sessionId: string, turn: number): Promise<OpenAction[]> {
  return tx.query<OpenAction>(
    'open-actions-of-turn',
    `SELECT ${actionColumns}, (extract(epoch FROM a.expires_at - now()) * 1000)::float8 AS "leftMs"
       FROM required_action a JOIN tool_call c ON c.session_id = a.session_id AND c.id = a.tool_call_id
      WHERE a.session_id = $1 AND a.turn = $2 AND a.tenant_id = $3 AND a.applied_at IS NULL AND a.status <> 'withdrawn'
      ORDER BY c.call_index, a.asked_at`,
    [sessionId, turn, tx.tenantId],
  );
}

/** An answer that lets a call be made. */
export type Consent = RequiredAction & {
  /** False: the agent was suspended or terminated since. */
  readonly agentIsActive: boolean;
};

/** The answer on which a call may be dispatched once: an approval, or the decision to call again. */
export async function consentToCall(tx: Tx, sessionId: string, toolCallId: string): Promise<Consent | undefined> {
  const rows = await tx.query<Consent>(
    'consent-to-call',
    `SELECT ${actionColumns},
            EXISTS (SELECT FROM agent g
              WHERE g.tenant_id = a.tenant_id AND g.agent_id = a.agent_id AND g.lifecycle_state = 'active') AS "agentIsActive"
       FROM required_action a
      WHERE session_id = $1 AND tool_call_id = $2 AND tenant_id = $3 AND applied_at IS NULL
        AND (status = 'approved' OR status = 'answered' AND answer->>'action' = 'retry')`,
    [sessionId, toolCallId, tx.tenantId],
  );
  return rows[0];
}

/** True when somebody is, or was, asked whether this dispatch of a call took effect. Its answer comes too late, then. */
export async function isAskedAbout(tx: Tx, sessionId: string, toolCallId: string, attempt: number): Promise<boolean> {
  const rows = await tx.query(
    'is-asked-about',
    `SELECT 1 FROM required_action
      WHERE session_id = $1 AND tool_call_id = $2 AND attempt = $3 AND tenant_id = $4 AND kind = 'effect_unknown'`,
    [sessionId, toolCallId, attempt, tx.tenantId],
  );
  return rows.length > 0;
}

/** A tool that somebody allowed for the rest of the session, where one rule asks. */
export type SessionGrant = Pick<RequiredAction, 'serverId' | 'serverTool' | 'pin' | 'rule'>;

export async function grantsOfSession(tx: Tx, sessionId: string): Promise<SessionGrant[]> {
  return tx.query<SessionGrant>(
    'grants-of-session',
    `SELECT DISTINCT server_id AS "serverId", server_tool AS "serverTool", pin, rule FROM required_action
      WHERE session_id = $1 AND tenant_id = $2 AND status = 'approved' AND answer->>'scope' IN ('session', 'always')`,
    [sessionId, tx.tenantId],
  );
}

/** Finds the action that a call waits for, or the last one that it waited for. */
export async function actionOfCall(tx: Tx, sessionId: string, toolCallId: string): Promise<RequiredAction | undefined> {
  const rows = await tx.query<RequiredAction>(
    'action-of-call',
    `SELECT ${actionColumns} FROM required_action a
      WHERE session_id = $1 AND tool_call_id = $2 AND tenant_id = $3 ORDER BY (status = 'pending') DESC, asked_at DESC LIMIT 1`,
    [sessionId, toolCallId, tx.tenantId],
  );
  return rows[0];
}

/**
 * Answers a pending action. This transaction must hold the lock of its session.
 * @returns false when it is not pending any more, or has expired
 */
export async function answerAction(
  tx: Tx,
  id: string,
  by: { readonly status: ActionStatus; readonly answer: ActionAnswer; readonly answeredBy: string },
): Promise<boolean> {
  const rows = await tx.query(
    'answer-action',
    `UPDATE required_action SET status = $3, answer = $4, answered_by = $5, answered_at = now()
      WHERE id = $1 AND tenant_id = $2 AND status = 'pending' AND expires_at > now() RETURNING 1`,
    [id, tx.tenantId, by.status, JSON.stringify(by.answer), by.answeredBy],
  );
  return rows.length > 0;
}

/** Decides a pending action where no person did. */
export function decideAction(tx: Tx, id: string, status: ActionStatus, decidedBy: string): void {
  tx.send(
    'decide-action',
    `UPDATE required_action SET status = $3, answered_by = $4, answered_at = now()
      WHERE id = $1 AND tenant_id = $2 AND status = 'pending'`,
    [id, tx.tenantId, status, decidedBy],
  );
}

/** The question that a call asked a person while it was under way, and whose answer was not taken. */
export async function openFormOfCall(tx: Tx, sessionId: string, toolCallId: string): Promise<string | undefined> {
  const rows = await tx.query<{ id: string }>(
    'open-form-of-call',
    `SELECT id FROM required_action
      WHERE session_id = $1 AND tool_call_id = $2 AND tenant_id = $3 AND kind = 'form'
        AND applied_at IS NULL AND status <> 'withdrawn'`,
    [sessionId, toolCallId, tx.tenantId],
  );
  return rows[0]?.id;
}

/** The status of an action, its answer, and the time that is left to answer it; negative when it has expired. */
export async function standingOfAction(
  tx: Tx,
  id: string,
): Promise<
  { readonly status: ActionStatus; readonly answer: ActionAnswer | null; readonly leftMs: number } | undefined
> {
  const rows = await tx.query<{ status: ActionStatus; answer: ActionAnswer | null; leftMs: number }>(
    'standing-of-action',
    `SELECT status, answer, (extract(epoch FROM expires_at - now()) * 1000)::float8 AS "leftMs"
       FROM required_action WHERE id = $1 AND tenant_id = $2`,
    [id, tx.tenantId],
  );
  return rows[0];
}

/** Forgets what a person entered into a form: it is on its way to the server. */
export function forgetFormContent(tx: Tx, id: string): void {
  tx.send(
    'forget-form-content',
    `UPDATE required_action SET answer = answer #- '{form,content}' WHERE id = $1 AND tenant_id = $2`,
    [id, tx.tenantId],
  );
}

/** Notes that what follows from the answer came about, so that it follows once. */
export function markActionApplied(tx: Tx, id: string): void {
  tx.send(
    'mark-action-applied',
    'UPDATE required_action SET applied_at = now() WHERE id = $1 AND tenant_id = $2 AND applied_at IS NULL',
    [id, tx.tenantId],
  );
}

/**
 * Notes that the pending actions of a session were compared with tools and policies as they are now.
 * @param version the answer of `toolSourcesVersion` in this transaction
 */
export function markActionsJudged(tx: Tx, sessionId: string, version: string): void {
  tx.send(
    'mark-actions-judged',
    `UPDATE required_action SET judged_by = md5($3) WHERE session_id = $1 AND tenant_id = $2 AND status = 'pending'`,
    [sessionId, tx.tenantId, version],
  );
}
