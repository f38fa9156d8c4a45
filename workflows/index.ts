import type { BULK_JOB_WORKFLOW_TYPE, BulkJobWorkflow } from '../temporal/bulk-job-workflow.ts';
import type { AgentSessionWorkflow, SESSION_WORKFLOW_TYPE } from '../temporal/session-workflow.ts';
import { agentSession } from './agent-session.ts';
import { bulkJob } from './bulk-job.ts';

// Temporal finds a workflow by the name it is exported under: starters know them by these names.
({ agentSession, bulkJob }) satisfies Record<typeof SESSION_WORKFLOW_TYPE, AgentSessionWorkflow> &
  Record<typeof BULK_JOB_WORKFLOW_TYPE, BulkJobWorkflow>;

export { agentSession, bulkJob };
