"""The way by a message broker: NATS JetStream carries bundles in pieces. A fast courier, never a witness (ADR-0013).

What the broker acknowledges proves nothing: a dispatch is handed over until the receiver's signed receipt is in, and a bundle is
acknowledged to the broker only when it was taken in and committed. Needs the extra `giaoban[nats]`.
"""
