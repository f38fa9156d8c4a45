"""The resources of a client: a file each."""

from __future__ import annotations

from .agent import AsyncAgent
from .agent_profiles import AsyncAgentProfiles
from .api_keys import AsyncApiKeys
from .approvals import AsyncApprovals
from .br_models import AsyncModels
from .budget import AsyncBudget
from .bulk_jobs import AsyncBulkJobs
from .context import AsyncContext
from .governance import AsyncGovernance
from .guardrails import AsyncGuardrails
from .health import AsyncHealth
from .limits import AsyncLimits
from .mcp import AsyncMCP
from .memory import AsyncMemory
from .observability import AsyncObservability
from .presets import AsyncPresets
from .prompts import AsyncPrompts
from .providers import AsyncProviders
from .service import AsyncServiceOperations
from .sessions import AsyncSessions
from .tenants import AsyncTenants
from .usage import AsyncUsage

__all__ = [
    "AsyncAgent",
    "AsyncAgentProfiles",
    "AsyncApiKeys",
    "AsyncApprovals",
    "AsyncBudget",
    "AsyncBulkJobs",
    "AsyncContext",
    "AsyncGovernance",
    "AsyncGuardrails",
    "AsyncHealth",
    "AsyncLimits",
    "AsyncMCP",
    "AsyncMemory",
    "AsyncModels",
    "AsyncObservability",
    "AsyncPresets",
    "AsyncPrompts",
    "AsyncProviders",
    "AsyncServiceOperations",
    "AsyncSessions",
    "AsyncTenants",
    "AsyncUsage",
]
