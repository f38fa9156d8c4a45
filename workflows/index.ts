import type { AgentSessionWorkflow, SESSION_WORKFLOW_TYPE } from '../temporal/session-workflow.ts';
import { agentSession } from './agent-session.ts';

// Temporal finds a workflow by the name it is exported under: starters know this one as SESSION_WORKFLOW_TYPE.
({ agentSession }) satisfies Record<typeof SESSION_WORKFLOW_TYPE, AgentSessionWorkflow>;

export { agentSession };
