"""The routes, by subject. Each gathers input, calls one query or service, and shapes the answer."""
