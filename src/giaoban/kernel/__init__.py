"""Pure Python: no Django, no I/O, no clock, no randomness. The part worth proving.

Everything here takes values and returns values, or raises `errors.KernelError(code, **values)`. Human words for the
codes live above, in the rooms. Start with `envelope` (what a dispatch is), then `verify` (when it is believed), `register`
(how it is remembered) and `delivery` (how it arrives).
"""
