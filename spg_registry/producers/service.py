"""The door of the producers' room: every act on producers and what they work on."""

from spg_registry.producers.enrolments import (
    BY_OFFICE,
    NEED_A_REASON,
    StatusMove,
    admit_all,
    enrol,
    move_enrolments,
    sign_pledges,
)
from spg_registry.producers.fields import (
    add_crops,
    add_facility,
    add_plots,
    add_unit,
    add_zone,
    correct_crop,
    correct_plot,
    correct_unit,
    declare_last_input,
    share_plot,
)
from spg_registry.producers.gathering import faults_of
from spg_registry.producers.holdings import RegisteredUnit
from spg_registry.producers.ingredients import declare_ingredients
from spg_registry.producers.moving import move
from spg_registry.producers.papers import add_papers, withdraw_paper
from spg_registry.producers.placing import set_outline
from spg_registry.producers.registering import Registered, register, register_all
from spg_registry.producers.ties import (
    add_holder,
    correct_holder,
    correct_interest,
    correct_person_on_papers,
    correct_producer,
    declare_interests,
    end_holder,
    end_interest,
    join_organisation,
    leave_organisation,
    register_organisations,
    set_household,
)
from spg_registry.producers.transfers import hand_over, take_over

__all__ = [
    "BY_OFFICE",
    "NEED_A_REASON",
    "Registered",
    "RegisteredUnit",
    "StatusMove",
    "add_crops",
    "add_facility",
    "add_holder",
    "add_papers",
    "add_plots",
    "add_unit",
    "add_zone",
    "admit_all",
    "correct_crop",
    "correct_holder",
    "correct_interest",
    "correct_person_on_papers",
    "correct_plot",
    "correct_producer",
    "correct_unit",
    "declare_ingredients",
    "declare_interests",
    "declare_last_input",
    "end_holder",
    "end_interest",
    "enrol",
    "faults_of",
    "hand_over",
    "join_organisation",
    "leave_organisation",
    "move",
    "move_enrolments",
    "register",
    "register_all",
    "register_organisations",
    "set_household",
    "set_outline",
    "share_plot",
    "sign_pledges",
    "take_over",
    "withdraw_paper",
]
