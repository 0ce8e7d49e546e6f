"""The tables of granting: a name, the facts with one of them spoiled, the reasons to come."""

from tests.rules.cases.evaluators import EVALUATING
from tests.rules.cases.land import GROWING
from tests.rules.cases.meetings import MEETING
from tests.rules.cases.seals import SEALING
from tests.rules.cases.systems import SYSTEM
from tests.rules.cases.visits import VISITING

TABLE = [*SYSTEM, *VISITING, *EVALUATING, *MEETING, *GROWING, *SEALING]
