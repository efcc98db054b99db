"""The way to an agency on this server: the same steps as any other route, without a network."""
