"""Tasks (nhiệm vụ): what a conference gave somebody to do, followed until it is closed (M8).

A task is born from a conclusion, on every party's island at once, and lives by events: progress with evidence, a request
for more time and its answer, completion, acceptance or return. Each event is one dispatch to all parties, so every island
tells the same story; the state of a task is what its events say.

Kinds of dispatch: `task.progress`, `task.extension_requested`, `task.extended` (granted or refused),
`task.completed`, `task.accepted`, `task.returned`.

Roles in a task: the *lead* agency does it and reports; *co-operating* agencies help; the *assigner* (host of the
conference) watches, gives more time and accepts.

Start reading at `rules.py` (states and standing), then `services.py`.
"""
