"""How seals and registrations stand on `:as_of`, said once in SQL for every query of the register.

The rules themselves are `rules.standing` and `committees.queries.registration_standing`; tests hold
these words against them in every combination. A grant (`g`) repeats what its last event made it.
"""

from spg_registry.rules.standing import SealStanding
from spg_registry.rules.words import RegistrationState, SealState

GRANTED = f"g.state = '{SealState.GRANTED}'"
BEGUN = "g.valid_from <= :as_of"
LASTS = "g.valid_until >= :as_of"

VALID = f"{GRANTED} AND {BEGUN} AND {LASTS}"

STANDING = f"""
CASE WHEN NOT ({GRANTED}) THEN g.state
     WHEN NOT ({BEGUN}) THEN '{SealStanding.NOT_YET_VALID}'
     WHEN NOT ({LASTS}) THEN '{SealStanding.EXPIRED}'
     ELSE '{SealStanding.VALID}' END
"""

_RUNNING_OUT = f"'{RegistrationState.IN_FORCE}', '{RegistrationState.SUSPENDED}'"

REGISTRATIONS = f"""
    SELECT z.*, ROW_NUMBER() OVER (
        PARTITION BY z.spg_id
        ORDER BY CASE z.word WHEN '{RegistrationState.SUSPENDED}' THEN 1
                 WHEN '{RegistrationState.IN_FORCE}' THEN 2
                 WHEN '{RegistrationState.IN_PROCESS}' THEN 3
                 WHEN 'expired' THEN 4 ELSE 5 END, z.until DESC, z.id DESC) AS place
    FROM (
        SELECT y.*, CASE WHEN y.until < :as_of AND y.state IN ({_RUNNING_OUT})
                    THEN 'expired' ELSE y.state END AS word
        FROM (
            SELECT x.id, x.spg_id, x.act_number, x.issued_on, x.until,
                (SELECT v.state FROM spg_registration_event v
                 WHERE v.registration_id = x.id AND v.effective_on <= :as_of
                 ORDER BY v.effective_on DESC, v.id DESC LIMIT 1) AS state
            FROM spg_registration x
        ) y WHERE y.state IS NOT NULL
    ) z
"""  # noqa: S608  # our own words
"""Each SPG's registrations with the `word` for it; `place` 1 is the one that says most."""
