"""The whole put together: settings, routes, server, and the wiring tables."""
