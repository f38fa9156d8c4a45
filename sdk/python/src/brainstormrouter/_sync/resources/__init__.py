"""The resources of a client: a file each."""

from __future__ import annotations

from .agent import Agent
from .agent_profiles import AgentProfiles
from .api_keys import ApiKeys
from .approvals import Approvals
from .br_models import Models
from .budget import Budget
from .bulk_jobs import BulkJobs
from .context import Context
from .governance import Governance
from .guardrails import Guardrails
from .health import Health
from .limits import Limits
from .mcp import MCP
from .memory import Memory
from .observability import Observability
from .presets import Presets
from .prompts import Prompts
from .providers import Providers
from .service import ServiceOperations
from .sessions import Sessions
from .tenants import Tenants
from .usage import Usage

__all__ = [
    "MCP",
    "Agent",
    "AgentProfiles",
    "ApiKeys",
    "Approvals",
    "Budget",
    "BulkJobs",
    "Context",
    "Governance",
    "Guardrails",
    "Health",
    "Limits",
    "Memory",
    "Models",
    "Observability",
    "Presets",
    "Prompts",
    "Providers",
    "ServiceOperations",
    "Sessions",
    "Tenants",
    "Usage",
]
