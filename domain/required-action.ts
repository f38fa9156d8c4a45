import type { ElicitationForm, FormContent } from '../contract/forms.ts';
import type { ToolEffect } from '../contract/mcp.ts';

export type ActionKind = 'approval' | 'effect_unknown' | 'form';
export type ActionStatus = 'pending' | 'approved' | 'denied' | 'answered' | 'expired' | 'withdrawn';

/** The reach of an approval: this call, like calls of this session, or a policy. */
export type ApprovalScope = 'call' | 'session' | 'always';

/** The answer of a person. Each field belongs to one kind of action. */
export interface ActionAnswer {
  readonly scope?: ApprovalScope | undefined;
  readonly denyMessage?: string | undefined;
  readonly action?: 'retry' | 'skip' | 'result' | undefined;
  readonly result?: string | undefined;
  readonly form?:
    | { readonly action: 'accept' | 'decline' | 'cancel'; readonly content?: FormContent | undefined }
    | undefined;
}

/** The facts about an action beside the call that it is about. */
export interface ActionDetail {
  /** A sentence on what happened, where the effect of the call is not known. */
  readonly happened?: string | undefined;
  /** The question of the server, where the action is a form. */
  readonly form?: ElicitationForm | undefined;
}

/** Something that a person has to decide before a tool call goes on, as it is stored. */
export interface RequiredAction {
  readonly id: string;
  readonly toolCallId: string;
  readonly turn: number | null;
  readonly kind: ActionKind;
  readonly rule: string;
  readonly toolName: string;
  readonly serverId: string;
  readonly serverTool: string;
  readonly effect: ToolEffect;
  readonly args: Record<string, unknown>;
  readonly argsHash: string;
  readonly pin: string;
  readonly detail: ActionDetail;
  readonly status: ActionStatus;
  readonly answer: ActionAnswer | null;
  readonly answeredBy: string | null;
  readonly expiresAt: Date;
}

/** The next step of an open call, as its action decides it. */
export type NextOfAction =
  | { readonly next: 'wait' }
  /** The call may be dispatched. `released` names the rule that decided instead of a person. */
  | { readonly next: 'run'; readonly released?: string | undefined }
  /** The call is not made, and this is its result. `by` is set where no person said so. */
  | {
      readonly next: 'refuse';
      readonly reasonCode: string;
      readonly output: string;
      readonly by?: 'expiry' | `rule:${string}` | undefined;
    }
  /** It stays unknown whether the call took effect. */
  | { readonly next: 'unknown'; readonly output: string; readonly by?: 'expiry' | undefined }
  /** A person says what the result is. */
  | { readonly next: 'result'; readonly output: string };

/** The verdict of policy by now on a call that asked. A call is refused if its tool is no longer the one that was asked about. */
export type StandingOfAsked =
  | { readonly kind: 'asks' }
  | { readonly kind: 'allowed'; readonly rule: string }
  | { readonly kind: 'refused'; readonly rule: string; readonly reasonCode: string; readonly output: string };

/**
 * Decides what follows from an action. An approval never makes a call that policy forbids by now, or whose tool is another.
 * @param granted true when somebody allowed such calls for the whole session
 */
export function nextOfApproval(
  action: Pick<RequiredAction, 'status' | 'answer' | 'toolName'>,
  { standing, granted, expired }: { standing: StandingOfAsked; granted: boolean; expired: boolean },
): NextOfAction {
  if (action.status === 'denied') {
    const reason = action.answer?.denyMessage;
    const output =
      `A person did not approve this call of ${action.toolName}, so it was not made.` +
      (reason === undefined ? ' Do not repeat it; go on without it.' : ` Their reason: ${reason}`);
    return { next: 'refuse', reasonCode: 'tool.approval_denied', output };
  }
  if (standing.kind === 'refused') {
    const { rule, reasonCode, output } = standing;
    return { next: 'refuse', by: `rule:${rule}`, reasonCode, output };
  }
  if (action.status === 'approved') return { next: 'run' };
  if (standing.kind === 'allowed') return { next: 'run', released: standing.rule };
  if (granted) return { next: 'run', released: 'session' };
  if (!expired) return { next: 'wait' };
  const output = `Nobody answered in time whether this call of ${action.toolName} may be made, so it was not made. Go on without it.`;
  return { next: 'refuse', reasonCode: 'tool.approval_expired', output, by: 'expiry' };
}

/** Decides what becomes of a call whose effect is not known. */
export function nextOfUnknownEffect(
  { status, answer, toolName, detail }: Pick<RequiredAction, 'status' | 'answer' | 'toolName' | 'detail'>,
  expired: boolean,
): NextOfAction {
  const output = unknownEffect(toolName, detail.happened ?? 'nothing more is known.');
  if (status === 'pending') return expired ? { next: 'unknown', output, by: 'expiry' } : { next: 'wait' };
  switch (answer?.action) {
    case 'retry':
      return { next: 'run' };
    case 'result':
      return { next: 'result', output: answer.result ?? '' };
    case 'skip':
    case undefined:
      return { next: 'unknown', output };
  }
}

/** The result of a call that was dispatched and may have had its effect. @param happened a sentence that the model reads */
export function unknownEffect(toolName: string, happened: string): string {
  return (
    `It is not known whether ${toolName} took effect. It was not run again. ` +
    `Check its effect before you repeat it. What happened: ${happened}`
  );
}
