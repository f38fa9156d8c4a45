"""Gives an agent a tool of your own: an MCP server in this very program.

The service calls it, and calls no private address unless it is told to: start it with AGENT_RUNS_EGRESS_ALLOW=127.0.0.1 to
try this on one machine.
"""

import socket
import threading

import uvicorn
from brainstormrouter import BrainstormRouter
from mcp.server import MCPServer

ORDERS = {"4711": "Order 4711 was shipped on Monday."}

orders = MCPServer("orders", log_level="WARNING")


@orders.tool()
def status(order_id: str) -> str:
    """Says where an order is."""
    return ORDERS.get(order_id, "There is no such order.")


listener = socket.create_server(("127.0.0.1", 0))
http = uvicorn.Server(uvicorn.Config(orders.streamable_http_app(), log_level="warning"))
threading.Thread(target=http.run, kwargs={"sockets": [listener]}, daemon=True).start()
port = listener.getsockname()[1]

client = BrainstormRouter()
client.agent.bootstrap("support", display_name="Support")
server = client.mcp.register_server(
    {"name": "orders", "transport": "streamable-http", "url": f"http://127.0.0.1:{port}/mcp"}
)
try:
    client.mcp.discover_server(server["id"])
    # A new tool asks a person before each call. This one only reads.
    client.mcp.set_policy({"tool_name": "orders/status", "allowed": True, "effect": "read"})
    result = client.agent_runs.run(
        "support",
        message='Call orders_status with {"order_id": "4711"} and tell the customer where the order is.',
    )
    print(result.text)
finally:
    client.mcp.remove_server(server["id"])
