import { api } from './requirements/api.ts';
import { approval } from './requirements/approval.ts';
import { audit } from './requirements/audit.ts';
import { cli } from './requirements/cli.ts';
import { code } from './requirements/code.ts';
import { connection } from './requirements/connection.ts';
import { context } from './requirements/context.ts';
import { evaluation } from './requirements/evaluation.ts';
import { governance } from './requirements/governance.ts';
import { guardrail } from './requirements/guardrail.ts';
import { image } from './requirements/image.ts';
import { invariants } from './requirements/invariants.ts';
import { log } from './requirements/log.ts';
import { mcp } from './requirements/mcp.ts';
import { oauth } from './requirements/oauth.ts';
import { recovery } from './requirements/recovery.ts';
import type { Requirement } from './requirements/requirement.ts';
import { sdk } from './requirements/sdk.ts';
import { sdkPackage } from './requirements/sdk-package.ts';
import { session } from './requirements/session.ts';
import { stack } from './requirements/stack.ts';
import { steering } from './requirements/steering.ts';
import { stream } from './requirements/stream.ts';
import { tenant } from './requirements/tenant.ts';
import { turn } from './requirements/turn.ts';

/** All promises. Tests cite their ids: `test('[I2] [stream:disconnect:run-goes-on] …`. */
export const requirements: readonly Requirement[] = [
  ...invariants,
  ...session,
  ...steering,
  ...turn,
  ...guardrail,
  ...audit,
  ...context,
  ...connection,
  ...mcp,
  ...oauth,
  ...approval,
  ...governance,
  ...evaluation,
  ...image,
  ...stream,
  ...api,
  ...tenant,
  ...recovery,
  ...log,
  ...stack,
  ...sdk,
  ...sdkPackage,
  ...code,
  ...cli,
];
