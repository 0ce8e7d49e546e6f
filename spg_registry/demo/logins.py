"""The logins of the demonstration that are shown at the door and by `serve`."""

DEMO_LOGINS = (
    ("coordinadora", "coordinator"),
    ("secretaria", "secretary"),
    ("evaluador", "evaluator"),
    ("coordinador2", "other_coordinator"),
    ("control", "control"),
    ("cnape", "coordination"),
    ("admin", "administrator"),
)
"""A login, and the code of what it may do: the sentence is `demo.login.<code>`."""
