"""The registry's tables."""

import sqlalchemy as sa
from alembic import op

from spg_registry.core.db import Instant

revision = "initial"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("thumbnail", sa.String(length=64), nullable=True),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("stored_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_digest"), ["digest"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor_kind", sa.String(length=8), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_label", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_event_committee_id"), ["committee_id"], unique=False
        )
        batch_op.create_index("ix_audit_event_subject", ["subject", "subject_id"], unique=False)

    op.create_table(
        "change",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_recorded_at"), ["recorded_at"], unique=False)
        batch_op.create_index("ix_change_table_key", ["table_name", "key"], unique=False)

    op.create_table(
        "client",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("secret_hash", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("client_id", name=op.f("uq_client_client_id")),
    )
    op.create_table(
        "committee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "municipal",
                "regional",
                "organisation",
                name="committeelevel",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee")),
        sa.UniqueConstraint("name", name=op.f("uq_committee_name")),
    )
    op.create_table(
        "department",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("iso", sa.String(length=6), nullable=False),
        sa.Column("ci_suffix", sa.String(length=2), nullable=False),
        sa.Column("capital", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_department")),
        sa.UniqueConstraint("ci_suffix", name=op.f("uq_department_ci_suffix")),
        sa.UniqueConstraint("iso", name=op.f("uq_department_iso")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_answer")),
        sa.UniqueConstraint(
            "owner", "idempotency_key", name=op.f("uq_idempotent_answer_owner_idempotency_key")
        ),
    )
    with op.batch_alter_table("idempotent_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotent_answer_at"), ["at"], unique=False)

    op.create_table(
        "login_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    with op.batch_alter_table("login_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_login_attempt_subject_at", ["subject", "at"], unique=False)

    op.create_table(
        "period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=20), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("closed_sequence", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
        sa.UniqueConstraint("label", name=op.f("uq_period_label")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("names", sa.String(length=80), nullable=False),
        sa.Column("surnames", sa.String(length=80), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "woman",
                "man",
                "other",
                name="sex",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("ci", sa.String(length=20), nullable=True),
        sa.Column("ci_suffix", sa.String(length=4), nullable=True),
        sa.Column("ci_key", sa.String(length=64), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=24), nullable=True),
        sa.Column("identifies_as", sa.String(length=60), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["person.id"], name=op.f("fk_person_merged_into_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("ci_key", name=op.f("uq_person_ci_key")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_person_merged_into_id"), ["merged_into_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_person_surnames"), ["surnames"], unique=False)

    op.create_table(
        "plot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=28), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("area_m2", sa.Integer(), nullable=False),
        sa.Column("outline", sa.JSON(), nullable=False),
        sa.Column(
            "last_input",
            sa.Enum(
                "date",
                "never",
                "unknown",
                name="lastinput",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("last_input_on", sa.Date(), nullable=True),
        sa.Column("last_input_reason", sa.String(length=400), nullable=True),
        sa.Column("correction_reason", sa.String(length=400), nullable=True),
        sa.CheckConstraint(
            "(last_input = 'date') = (last_input_on IS NOT NULL)",
            name=op.f("ck_plot_last_input_on"),
        ),
        sa.CheckConstraint("area_m2 > 0", name=op.f("ck_plot_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plot")),
        sa.UniqueConstraint("code", name=op.f("uq_plot_code")),
    )
    op.create_table(
        "product",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("es", sa.String(length=80), nullable=False),
        sa.Column("en", sa.String(length=80), nullable=False),
        sa.Column("scientific", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "annual",
                "perennial",
                "livestock",
                "apiculture",
                "wild",
                "processed",
                name="activitykind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "group",
            sa.Enum(
                "grains",
                "tubers",
                "vegetables",
                "fruit",
                "cocoa_coffee",
                "herbs_spices",
                "nuts_oilseeds",
                "pulses",
                "dairy_eggs",
                "meat",
                "honey",
                "wild",
                "processed",
                "other",
                name="productgroup",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_product")),
    )
    op.create_table(
        "pull",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("puller", sa.String(length=120), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("profile", sa.String(length=10), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pull")),
    )
    with op.batch_alter_table("pull", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pull_at"), ["at"], unique=False)

    op.create_table(
        "search_slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "slip",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "sound",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_slip")),
    )
    with op.batch_alter_table("search_slip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_search_slip_slip"), ["slip"], unique=False)

    op.create_table(
        "standard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("in_force_until", sa.Date(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_standard_code_version")),
    )
    op.create_table(
        "body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "guarantee",
                "appeals",
                name="bodykind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_body_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body")),
        sa.UniqueConstraint("committee_id", "kind", name=op.f("uq_body_committee_id_kind")),
    )
    with op.batch_alter_table("body", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_body_committee_id"), ["committee_id"], unique=False)

    op.create_table(
        "checklist",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["standard.id"], name=op.f("fk_checklist_standard_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_checklist_code_version")),
    )
    with op.batch_alter_table("checklist", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_checklist_standard_id"), ["standard_id"], unique=False)

    op.create_table(
        "evaluator_appointment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column(
            "sector",
            sa.Enum(
                "producer",
                "gatherer",
                "processor",
                "consumer",
                "authority",
                "institution",
                name="sector",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("trained_on", sa.Date(), nullable=True),
        sa.Column("appointed_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_evaluator_appointment_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_evaluator_appointment_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluator_appointment")),
    )
    with op.batch_alter_table("evaluator_appointment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evaluator_appointment_committee_id"), ["committee_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_evaluator_appointment_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "person_merger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_person_id", sa.Integer(), nullable=False),
        sa.Column("other_person_id", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kept_person_id"], ["person.id"], name=op.f("fk_person_merger_kept_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_person_id"], ["person.id"], name=op.f("fk_person_merger_other_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["person_merger.id"], name=op.f("fk_person_merger_undoes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_merger")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_person_merger_undoes_id")),
    )
    with op.batch_alter_table("person_merger", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_person_merger_kept_person_id"), ["kept_person_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_person_merger_other_person_id"), ["other_person_id"], unique=False
        )

    op.create_table(
        "province",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("department_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name=op.f("fk_province_department_code")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_province")),
    )
    with op.batch_alter_table("province", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_province_department_code"), ["department_code"], unique=False
        )

    op.create_table(
        "recognition_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("issuer", sa.String(length=160), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_recognition_act_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_act")),
    )
    with op.batch_alter_table("recognition_act", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recognition_act_committee_id"), ["committee_id"], unique=False
        )

    op.create_table(
        "rule_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("standard_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["standard_id"], ["standard.id"], name=op.f("fk_rule_set_standard_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint(
            "code", "committee_id", "version", name=op.f("uq_rule_set_code_committee_id_version")
        ),
    )
    with op.batch_alter_table("rule_set", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rule_set_committee_id"), ["committee_id"], unique=False
        )
        batch_op.create_index(
            "uq_rule_set_national",
            ["code", "version"],
            unique=True,
            sqlite_where=sa.text("committee_id IS NULL"),
            postgresql_where=sa.text("committee_id IS NULL"),
        )

    op.create_table(
        "spg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "municipal",
                "private",
                "communal",
                name="spgkind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("representative", sa.String(length=160), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_spg_committee_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spg")),
        sa.UniqueConstraint("code", name=op.f("uq_spg_code")),
    )
    with op.batch_alter_table("spg", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spg_committee_id"), ["committee_id"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=True),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_user_account_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account_email"), ["email"], unique=False)
        batch_op.create_index(batch_op.f("ix_user_account_person_id"), ["person_id"], unique=False)

    op.create_table(
        "checklist_dimension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("checklist_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["checklist.id"], name=op.f("fk_checklist_dimension_checklist_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_dimension")),
        sa.UniqueConstraint(
            "checklist_id", "code", name=op.f("uq_checklist_dimension_checklist_id_code")
        ),
    )
    op.create_table(
        "evaluator_service",
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["evaluator_appointment.id"],
            name=op.f("fk_evaluator_service_appointment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_evaluator_service_committee_id")
        ),
        sa.PrimaryKeyConstraint(
            "appointment_id", "committee_id", name=op.f("pk_evaluator_service")
        ),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("spg_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "previewed",
                "confirmed",
                "rejected",
                name="importstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("delimiter", sa.String(length=1), nullable=False),
        sa.Column("sheet", sa.String(length=60), nullable=True),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("examined_at", Instant(), nullable=False),
        sa.Column("examined_by", sa.String(length=120), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=120), nullable=True),
        sa.Column("let_go_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["spg_id"], ["spg.id"], name=op.f("fk_import_batch_spg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_batch_examined_at"), ["examined_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_import_batch_spg_id"), ["spg_id"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("device", sa.String(length=60), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_login_session_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_login_session_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_login_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "sector",
            sa.Enum(
                "producer",
                "gatherer",
                "processor",
                "consumer",
                "authority",
                "institution",
                name="sector",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("office", sa.String(length=60), nullable=True),
        sa.Column("term_from", sa.Date(), nullable=False),
        sa.Column("term_until", sa.Date(), nullable=False),
        sa.Column("extension_act", sa.String(length=80), nullable=True),
        sa.Column("extended_until", sa.Date(), nullable=True),
        sa.Column("corrected_from", sa.Date(), nullable=True),
        sa.Column("corrected_until", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("term_until >= term_from", name=op.f("ck_member_term")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_member_body_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_member_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_person_id"), ["person_id"], unique=False)

    op.create_table(
        "municipality",
        sa.Column("ine_code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("department_code", sa.String(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "municipio",
                "aioc",
                name="municipalitykind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("ine_code_2012", sa.String(length=6), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_code"], ["department.code"], name=op.f("fk_municipality_department_code")
        ),
        sa.ForeignKeyConstraint(
            ["province_code"], ["province.code"], name=op.f("fk_municipality_province_code")
        ),
        sa.PrimaryKeyConstraint("ine_code", name=op.f("pk_municipality")),
    )
    with op.batch_alter_table("municipality", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_municipality_department_code"), ["department_code"], unique=False
        )

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "recovery",
                "mailed",
                name="linkpurpose",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_one_time_link_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_link_user_id"), ["user_id"], unique=False)

    op.create_table(
        "role_assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "control",
                "coordination",
                "coordinator",
                "secretary",
                "member",
                "evaluator",
                name="role",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_role_assignment_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_role_assignment_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignment")),
    )
    with op.batch_alter_table("role_assignment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_role_assignment_committee_id"), ["committee_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_role_assignment_user_id"), ["user_id"], unique=False)

    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("spg_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ordinary",
                "newcomers",
                "follow_up",
                "unannounced",
                name="roundkind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_until", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "planned",
                "open",
                "deliberation",
                "closed",
                "void",
                name="roundstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("frozen_digest", sa.String(length=64), nullable=True),
        sa.Column("frozen", sa.JSON(), nullable=False),
        sa.Column("void_reason", sa.String(length=400), nullable=True),
        sa.CheckConstraint("period_until >= period_from", name=op.f("ck_round_period")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_round_committee_id")
        ),
        sa.ForeignKeyConstraint(["spg_id"], ["spg.id"], name=op.f("fk_round_spg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("spg_id", "number", name=op.f("uq_round_spg_id_number")),
    )
    with op.batch_alter_table("round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_round_committee_id"), ["committee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_round_spg_id"), ["spg_id"], unique=False)

    op.create_table(
        "spg_registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("spg_id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=80), nullable=False),
        sa.Column("act_number", sa.String(length=80), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("term_years", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_process",
                "in_force",
                "suspended",
                "cancelled",
                name="registrationstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["spg_id"], ["spg.id"], name=op.f("fk_spg_registration_spg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spg_registration")),
        sa.UniqueConstraint(
            "issuer", "act_number", name=op.f("uq_spg_registration_issuer_act_number")
        ),
    )
    with op.batch_alter_table("spg_registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spg_registration_spg_id"), ["spg_id"], unique=False)

    op.create_table(
        "transition_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule_set_id", sa.Integer(), nullable=False),
        sa.Column(
            "activity",
            sa.Enum(
                "annual",
                "perennial",
                "livestock",
                "apiculture",
                "wild",
                "processed",
                name="activitykind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["rule_set_id"], ["rule_set.id"], name=op.f("fk_transition_rule_rule_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transition_rule")),
        sa.UniqueConstraint(
            "rule_set_id", "activity", name=op.f("uq_transition_rule_rule_set_id_activity")
        ),
    )
    op.create_table(
        "checklist_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dimension_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("help", sa.String(length=300), nullable=False),
        sa.Column("pictogram", sa.String(length=40), nullable=False),
        sa.Column("applies_to", sa.JSON(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("retired_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["dimension_id"],
            ["checklist_dimension.id"],
            name=op.f("fk_checklist_item_dimension_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_item")),
        sa.UniqueConstraint(
            "dimension_id", "code", name=op.f("uq_checklist_item_dimension_id_code")
        ),
    )
    with op.batch_alter_table("checklist_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_checklist_item_committee_id"), ["committee_id"], unique=False
        )

    op.create_table(
        "committee_municipality",
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_committee_municipality_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.ine_code"],
            name=op.f("fk_committee_municipality_municipality_code"),
        ),
        sa.PrimaryKeyConstraint(
            "committee_id", "municipality_code", name=op.f("pk_committee_municipality")
        ),
    )
    op.create_table(
        "community",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "rural",
                "urban",
                "indigenous",
                name="communitykind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.ine_code"],
            name=op.f("fk_community_municipality_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint(
            "municipality_code", "name_key", name=op.f("uq_community_municipality_code_name_key")
        ),
    )
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("hour", sa.String(length=5), nullable=True),
        sa.Column("place", sa.String(length=160), nullable=False),
        sa.Column("called_by", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=160), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "convened",
                "closed",
                name="meetingstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("acta_number", sa.String(length=40), nullable=False),
        sa.Column("waivers", sa.JSON(), nullable=False),
        sa.Column("recusals", sa.JSON(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("correction", sa.String(length=400), nullable=True),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("acta", sa.JSON(), nullable=False),
        sa.Column("acta_sha256", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_meeting_body_id")),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["user_account.id"], name=op.f("fk_meeting_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_meeting_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["meeting.id"], name=op.f("fk_meeting_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["user_account.id"], name=op.f("fk_meeting_opened_by")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_meeting_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("body_id", "acta_number", name=op.f("uq_meeting_body_id_acta_number")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_body_id"), ["body_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_committee_id"), ["committee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_corrects_id"), ["corrects_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_meeting_round_id"), ["round_id"], unique=False)

    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("name", sa.String(length=160), nullable=False),
        sa.Column("municipality_code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.ine_code"],
            name=op.f("fk_organisation_municipality_code"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("code", name=op.f("uq_organisation_code")),
        sa.UniqueConstraint("name", name=op.f("uq_organisation_name")),
    )
    op.create_table(
        "spg_municipality",
        sa.Column("spg_id", sa.Integer(), nullable=False),
        sa.Column("municipality_code", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.ine_code"],
            name=op.f("fk_spg_municipality_municipality_code"),
        ),
        sa.ForeignKeyConstraint(["spg_id"], ["spg.id"], name=op.f("fk_spg_municipality_spg_id")),
        sa.PrimaryKeyConstraint("spg_id", "municipality_code", name=op.f("pk_spg_municipality")),
    )
    op.create_table(
        "spg_registration_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "in_process",
                "in_force",
                "suspended",
                "cancelled",
                name="registrationstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["spg_registration.id"],
            name=op.f("fk_spg_registration_event_registration_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spg_registration_event")),
    )
    with op.batch_alter_table("spg_registration_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_spg_registration_event_registration_id"),
            ["registration_id"],
            unique=False,
        )

    op.create_table(
        "term_correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("was_from", sa.Date(), nullable=False),
        sa.Column("was_until", sa.Date(), nullable=False),
        sa.Column("term_from", sa.Date(), nullable=False),
        sa.Column("term_until", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("corrected_on", sa.Date(), nullable=False),
        sa.Column("corrected_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_term_correction_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_correction")),
    )
    with op.batch_alter_table("term_correction", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_term_correction_member_id"), ["member_id"], unique=False
        )

    op.create_table(
        "term_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_term_extension_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_extension")),
    )
    with op.batch_alter_table("term_extension", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_term_extension_member_id"), ["member_id"], unique=False
        )

    op.create_table(
        "attendance",
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_attendance_member_id")),
        sa.PrimaryKeyConstraint("meeting_id", "member_id", name=op.f("pk_attendance")),
    )
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_household_community_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_table(
        "producer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "family",
                "person",
                "group",
                "company",
                name="producerkind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("display_name", sa.String(length=160), nullable=False),
        sa.Column("publication_consent", sa.Boolean(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("nit", sa.String(length=20), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("correction_reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_producer_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_producer_household_id")
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["producer.id"], name=op.f("fk_producer_merged_into_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer")),
        sa.UniqueConstraint("code", name=op.f("uq_producer_code")),
        sa.UniqueConstraint("number", name=op.f("uq_producer_number")),
    )
    with op.batch_alter_table("producer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_producer_community_id"), ["community_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_producer_display_name"), ["display_name"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_producer_household_id"), ["household_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_producer_merged_into_id"), ["merged_into_id"], unique=False
        )

    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("spg_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("enrolled_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "applicant",
                "admitted",
                "in_transition",
                "organic",
                "observed",
                "suspended",
                "absent",
                "withdrawn",
                "excluded",
                name="enrolmentstatus",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("status_since", sa.Date(), nullable=False),
        sa.Column("status_reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_enrolment_producer_id")
        ),
        sa.ForeignKeyConstraint(["spg_id"], ["spg.id"], name=op.f("fk_enrolment_spg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("spg_id", "code", name=op.f("uq_enrolment_spg_id_code")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolment_producer_id"), ["producer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrolment_spg_id"), ["spg_id"], unique=False)
        batch_op.create_index(
            "uq_enrolment_open",
            ["producer_id", "spg_id"],
            unique=True,
            sqlite_where=sa.text("ended_on IS NULL"),
            postgresql_where=sa.text("ended_on IS NULL"),
        )

    op.create_table(
        "holder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_holder_person_id")),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_holder_producer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder")),
        sa.UniqueConstraint(
            "producer_id", "person_id", "since", name=op.f("uq_holder_producer_id_person_id_since")
        ),
    )
    with op.batch_alter_table("holder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holder_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_holder_producer_id"), ["producer_id"], unique=False)

    op.create_table(
        "interest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "self",
                "household",
                "kin",
                "partner",
                "buyer",
                "creditor",
                name="interestkind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("degree", sa.Integer(), nullable=True),
        sa.Column("declared", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("correction_reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_interest_person_id")),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_interest_producer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_interest_producer_id"), ["producer_id"], unique=False)

    op.create_table(
        "merger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_producer_id", sa.Integer(), nullable=False),
        sa.Column("other_producer_id", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("undoes_id", sa.Integer(), nullable=True),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kept_producer_id"], ["producer.id"], name=op.f("fk_merger_kept_producer_id")
        ),
        sa.ForeignKeyConstraint(
            ["other_producer_id"], ["producer.id"], name=op.f("fk_merger_other_producer_id")
        ),
        sa.ForeignKeyConstraint(["undoes_id"], ["merger.id"], name=op.f("fk_merger_undoes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merger")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_merger_undoes_id")),
    )
    with op.batch_alter_table("merger", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_merger_kept_producer_id"), ["kept_producer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_merger_other_producer_id"), ["other_producer_id"], unique=False
        )

    op.create_table(
        "organisation_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_organisation_membership_organisation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_organisation_membership_producer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_membership")),
    )
    with op.batch_alter_table("organisation_membership", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organisation_membership_organisation_id"),
            ["organisation_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_organisation_membership_producer_id"), ["producer_id"], unique=False
        )

    op.create_table(
        "producer_pin",
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", Instant(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_producer_pin_producer_id")
        ),
        sa.PrimaryKeyConstraint("producer_id", name=op.f("pk_producer_pin")),
    )
    op.create_table(
        "producer_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_producer_session_producer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_producer_session_token_hash")),
    )
    with op.batch_alter_table("producer_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_producer_session_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_producer_session_producer_id"), ["producer_id"], unique=False
        )

    op.create_table(
        "producer_slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name=op.f("fk_producer_slip_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_producer_slip_producer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_slip")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_producer_slip_code_hash")),
    )
    with op.batch_alter_table("producer_slip", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_producer_slip_producer_id"), ["producer_id"], unique=False
        )

    op.create_table(
        "search_word",
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column(
            "bare",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "sound",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("of_place", sa.Boolean(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_search_word_producer_id")
        ),
        sa.PrimaryKeyConstraint("producer_id", "bare", name=op.f("pk_search_word")),
    )
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.create_index("ix_search_word_bare", ["bare", "producer_id"], unique=False)
        batch_op.create_index(
            "ix_search_word_sound", ["sound", "producer_id", "bare"], unique=False
        )

    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("municipality_code", sa.String(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column(
            "tenure",
            sa.Enum(
                "own",
                "communal",
                "rented",
                "lent",
                "other",
                name="tenure",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("parallel_production", sa.Boolean(), nullable=False),
        sa.Column(
            "water_source",
            sa.Enum(
                "rain",
                "spring",
                "river",
                "well",
                "canal",
                "network",
                "other",
                name="watersource",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("correction_reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_unit_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.ine_code"], name=op.f("fk_unit_municipality_code")
        ),
        sa.ForeignKeyConstraint(["producer_id"], ["producer.id"], name=op.f("fk_unit_producer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_community_id"), ["community_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_unit_municipality_code"), ["municipality_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_unit_producer_id"), ["producer_id"], unique=False)

    op.create_table(
        "collection_zone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("bounds", sa.String(length=2000), nullable=True),
        sa.Column("plan", sa.String(length=2000), nullable=True),
        sa.Column("plan_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_collection_zone_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_zone")),
    )
    with op.batch_alter_table("collection_zone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collection_zone_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "crop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("plot_id", sa.Integer(), nullable=True),
        sa.Column("product_code", sa.String(), nullable=False),
        sa.Column("season", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.Integer(), nullable=True),
        sa.Column("heads", sa.Integer(), nullable=True),
        sa.Column("hives", sa.Integer(), nullable=True),
        sa.Column("expected_kg", sa.Integer(), nullable=True),
        sa.Column("correction_reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(["plot_id"], ["plot.id"], name=op.f("fk_crop_plot_id")),
        sa.ForeignKeyConstraint(
            ["product_code"], ["product.code"], name=op.f("fk_crop_product_code")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_crop_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crop")),
    )
    with op.batch_alter_table("crop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_crop_plot_id"), ["plot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_crop_season"), ["season"], unique=False)
        batch_op.create_index(batch_op.f("ix_crop_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column(
            "category",
            sa.Enum(
                "organic",
                "transition",
                name="category",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "organic",
                "transition",
                "with_conditions",
                "pending_papers",
                "not_approved",
                "suspension",
                "exclusion",
                name="outcome",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "withdrawn",
                "adopted",
                "notified",
                "final",
                "appealed",
                "upheld",
                "changed",
                "revoked",
                name="decisionstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("reasons", sa.String(length=2000), nullable=True),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("replaces", sa.JSON(), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("by_consensus", sa.Boolean(), nullable=False),
        sa.Column("votes", sa.JSON(), nullable=False),
        sa.Column("recusals", sa.JSON(), nullable=False),
        sa.Column("waivers", sa.JSON(), nullable=False),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(length=32), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=120), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["decision.id"], name=op.f("fk_decision_corrects_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_decision_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_decision_meeting_id")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_decision_producer_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_decision_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decision_enrolment_id"), ["enrolment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_decision_meeting_id"), ["meeting_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_producer_id"), ["producer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_round_id"), ["round_id"], unique=False)
        batch_op.create_index(
            "one_decision_about_a_seal",
            ["meeting_id", "producer_id", "category"],
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )

    op.create_table(
        "facility",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("process", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_facility_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
    )
    with op.batch_alter_table("facility", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_facility_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "pledge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signed_by_mark", sa.Boolean(), nullable=False),
        sa.Column("witness", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_pledge_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
    )
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_enrolment_id"), ["enrolment_id"], unique=False)

    op.create_table(
        "producer_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "pledge",
                "land",
                "photo",
                "other",
                name="paperkind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by"], ["user_account.id"], name=op.f("fk_producer_paper_added_by")
        ),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_producer_paper_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_producer_paper_producer_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_producer_paper_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_producer_paper")),
    )
    with op.batch_alter_table("producer_paper", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_producer_paper_attachment_id"), ["attachment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_producer_paper_producer_id"), ["producer_id"], unique=False
        )

    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "moved",
                "sold",
                "inherited",
                "given",
                name="transferkind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("from_producer_id", sa.Integer(), nullable=False),
        sa.Column("to_producer_id", sa.Integer(), nullable=False),
        sa.Column("from_enrolment_id", sa.Integer(), nullable=True),
        sa.Column("to_enrolment_id", sa.Integer(), nullable=True),
        sa.Column("from_unit_id", sa.Integer(), nullable=True),
        sa.Column("to_unit_id", sa.Integer(), nullable=True),
        sa.Column("plot_id", sa.Integer(), nullable=True),
        sa.Column("taken_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_enrolment_id"], ["enrolment.id"], name=op.f("fk_transfer_from_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_producer_id"], ["producer.id"], name=op.f("fk_transfer_from_producer_id")
        ),
        sa.ForeignKeyConstraint(
            ["from_unit_id"], ["unit.id"], name=op.f("fk_transfer_from_unit_id")
        ),
        sa.ForeignKeyConstraint(["plot_id"], ["plot.id"], name=op.f("fk_transfer_plot_id")),
        sa.ForeignKeyConstraint(
            ["to_enrolment_id"], ["enrolment.id"], name=op.f("fk_transfer_to_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["to_producer_id"], ["producer.id"], name=op.f("fk_transfer_to_producer_id")
        ),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_transfer_to_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    with op.batch_alter_table("transfer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_transfer_from_producer_id"), ["from_producer_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_transfer_plot_id"), ["plot_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_transfer_to_producer_id"), ["to_producer_id"], unique=False
        )

    op.create_table(
        "unit_plot",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("plot_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["plot_id"], ["plot.id"], name=op.f("fk_unit_plot_plot_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_plot_unit_id")),
        sa.PrimaryKeyConstraint("unit_id", "plot_id", name=op.f("pk_unit_plot")),
    )
    with op.batch_alter_table("unit_plot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_plot_plot_id"), ["plot_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "assigned",
                "in_field",
                "submitted",
                "returned",
                "reviewed",
                "void",
                name="visitstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=True),
        sa.Column("plots_seen", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("present", sa.String(length=400), nullable=True),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("scribe", sa.String(length=120), nullable=True),
        sa.Column("scribe_for", sa.String(length=120), nullable=True),
        sa.Column("statement", sa.String(length=2000), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column(
            "acknowledged_how",
            sa.Enum(
                "self",
                "assisted",
                name="acknowledgement",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("witness", sa.String(length=120), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("entered_at", Instant(), nullable=True),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("reviewed_at", Instant(), nullable=True),
        sa.Column("reviewed_by", sa.Integer(), nullable=True),
        sa.Column("return_reason", sa.String(length=400), nullable=True),
        sa.Column("correction_reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_visit_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_visit_producer_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewed_by"], ["user_account.id"], name=op.f("fk_visit_reviewed_by")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_visit_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_visit_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_producer_id"), ["producer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.Column("grounds", sa.String(length=2000), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "filed",
                "upheld",
                "changed",
                "revoked",
                name="appealstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("meeting_id", sa.Integer(), nullable=True),
        sa.Column(
            "proposed",
            sa.Enum(
                "upheld",
                "changed",
                "revoked",
                name="appealoutcome",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.Column("by_consensus", sa.Boolean(), nullable=False),
        sa.Column("votes", sa.JSON(), nullable=False),
        sa.Column("recusals", sa.JSON(), nullable=False),
        sa.Column("verdicts", sa.JSON(), nullable=False),
        sa.Column("recorded_by", sa.String(length=32), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_appeal_decision_id")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_appeal_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_decision_id"), ["decision_id"], unique=True)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "accepted",
                "refused",
                "released",
                name="assignmentoutcome",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("waiver", sa.String(length=400), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["evaluator_appointment.id"],
            name=op.f("fk_assignment_appointment_id"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_assignment_round_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_assignment_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_assignment_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_assignment_appointment_id"), ["appointment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_assignment_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "finding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=True),
        sa.Column(
            "grade",
            sa.Enum(
                "minor",
                "major",
                "critical",
                name="findingclass",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.String(length=1000), nullable=False),
        sa.Column("measure", sa.String(length=1000), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "in_correction",
                "closed",
                name="findingstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("evidence", sa.String(length=1000), nullable=True),
        sa.ForeignKeyConstraint(
            ["closed_by"], ["user_account.id"], name=op.f("fk_finding_closed_by")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_finding_producer_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_finding_unit_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_finding_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("code", name=op.f("uq_finding_code")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_producer_id"), ["producer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "ingredient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("crop_id", sa.Integer(), nullable=False),
        sa.Column("product_code", sa.String(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "own",
                "sealed",
                name="ingredientorigin",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("seal_code", sa.String(length=10), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["crop_id"], ["crop.id"], name=op.f("fk_ingredient_crop_id")),
        sa.ForeignKeyConstraint(
            ["product_code"], ["product.code"], name=op.f("fk_ingredient_product_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingredient")),
    )
    with op.batch_alter_table("ingredient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ingredient_crop_id"), ["crop_id"], unique=False)

    op.create_table(
        "sanction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("spg_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "warning",
                "suspension",
                "exclusion",
                name="sanctionkind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "authority",
            sa.Enum(
                "committee",
                "control",
                name="authority",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("reason_class", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("correction_of", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["correction_of"], ["sanction.id"], name=op.f("fk_sanction_correction_of")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_sanction_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_sanction_producer_id")
        ),
        sa.ForeignKeyConstraint(["spg_id"], ["spg.id"], name=op.f("fk_sanction_spg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanction")),
        sa.UniqueConstraint("code", name=op.f("uq_sanction_code")),
    )
    with op.batch_alter_table("sanction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sanction_producer_id"), ["producer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sanction_spg_id"), ["spg_id"], unique=False)

    op.create_table(
        "seal_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("spg_id", sa.Integer(), nullable=False),
        sa.Column("committee_id", sa.Integer(), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "organic",
                "transition",
                name="category",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("municipality_code", sa.String(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("standard_version", sa.String(length=60), nullable=False),
        sa.Column("product_groups", sa.Integer(), nullable=False),
        sa.Column("area_m2", sa.BigInteger(), nullable=True),
        sa.Column("stall_name", sa.String(length=24), nullable=False),
        sa.Column("status_index", sa.BigInteger(), nullable=False),
        sa.Column("granted_at", Instant(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "granted",
                "suspended",
                "withdrawn",
                "replaced",
                name="sealstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("reason_class", sa.String(length=40), nullable=True),
        sa.Column("acknowledged_on", sa.Date(), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_seal_grant_validity")),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_seal_grant_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_seal_grant_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_seal_grant_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_seal_grant_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.ine_code"],
            name=op.f("fk_seal_grant_municipality_code"),
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_seal_grant_producer_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["seal_grant.id"], name=op.f("fk_seal_grant_replaces_id")
        ),
        sa.ForeignKeyConstraint(["spg_id"], ["spg.id"], name=op.f("fk_seal_grant_spg_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_grant")),
        sa.UniqueConstraint("code", name=op.f("uq_seal_grant_code")),
        sa.UniqueConstraint("status_index", name=op.f("uq_seal_grant_status_index")),
    )
    with op.batch_alter_table("seal_grant", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seal_grant_committee_id"), ["committee_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_seal_grant_decision_id"), ["decision_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_seal_grant_enrolment_id"), ["enrolment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_seal_grant_municipality_code"), ["municipality_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_seal_grant_producer_id"), ["producer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_seal_grant_replaces_id"), ["replaces_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_seal_grant_spg_id"), ["spg_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_seal_grant_valid_until"), ["valid_until"], unique=False
        )
        batch_op.create_index(
            "uq_seal_grant_standing_decision",
            ["decision_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'replaced'"),
            postgresql_where=sa.text("state <> 'replaced'"),
        )

    op.create_table(
        "complaint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column(
            "about",
            sa.Enum(
                "seal",
                "producer",
                "committee",
                "fair",
                name="complaintabout",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "not_the_stall",
                "false_seal",
                "no_valid_seal",
                "forbidden_inputs",
                "bought_elsewhere",
                "unfair_treatment",
                "other",
                name="complaintreason",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("committee_id", sa.Integer(), nullable=True),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.Column("producer_id", sa.Integer(), nullable=True),
        sa.Column("seal_typed", sa.String(length=40), nullable=True),
        sa.Column("whom", sa.String(length=160), nullable=True),
        sa.Column("place", sa.String(length=160), nullable=True),
        sa.Column("told", sa.String(length=2000), nullable=True),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "under_review",
                "answered",
                "closed",
                name="complaintstate",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("state_since", sa.Date(), nullable=False),
        sa.Column("taken_up_on", sa.Date(), nullable=True),
        sa.Column("taken_up_by", sa.String(length=32), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "upheld",
                "not_upheld",
                "sent_on",
                name="complaintoutcome",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("public_answer", sa.String(length=2000), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=True),
        sa.Column("sent_to", sa.String(length=160), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["committee_id"], ["committee.id"], name=op.f("fk_complaint_committee_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["seal_grant.id"], name=op.f("fk_complaint_grant_id")
        ),
        sa.ForeignKeyConstraint(
            ["producer_id"], ["producer.id"], name=op.f("fk_complaint_producer_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_complaint_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
        sa.UniqueConstraint("code", name=op.f("uq_complaint_code")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaint_committee_id"), ["committee_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_complaint_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_grant_id"), ["grant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_producer_id"), ["producer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_round_id"), ["round_id"], unique=False)

    op.create_table(
        "label_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("product_code", sa.String(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "g",
                "kg",
                "ml",
                "l",
                "piece",
                name="quantityunit",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("content", sa.Integer(), nullable=False),
        sa.Column("first_number", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.String(length=400), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("content > 0", name=op.f("ck_label_batch_content")),
        sa.CheckConstraint(
            "first_number >= 1 AND last_number >= first_number", name=op.f("ck_label_batch_numbers")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["seal_grant.id"], name=op.f("fk_label_batch_grant_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["user_account.id"], name=op.f("fk_label_batch_made_by")
        ),
        sa.ForeignKeyConstraint(
            ["product_code"], ["product.code"], name=op.f("fk_label_batch_product_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_batch")),
        sa.UniqueConstraint(
            "grant_id", "first_number", name=op.f("uq_label_batch_grant_id_first_number")
        ),
    )
    with op.batch_alter_table("label_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_label_batch_grant_id"), ["grant_id"], unique=False)

    op.create_table(
        "seal_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "granted",
                "acknowledged",
                "suspended",
                "reinstated",
                "withdrawn",
                "replaced",
                "corrected",
                name="sealeventkind",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "authority",
            sa.Enum(
                "committee",
                "control",
                name="authority",
                native_enum=False,
                length=24,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reason_class", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=True),
        sa.Column("by_user", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Integer(), nullable=True),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(length=12), nullable=True),
        sa.Column("witness", sa.String(length=120), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_user"], ["user_account.id"], name=op.f("fk_seal_event_by_user")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_seal_event_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["seal_grant.id"], name=op.f("fk_seal_event_grant_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["seal_grant.id"], name=op.f("fk_seal_event_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_event")),
    )
    with op.batch_alter_table("seal_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_event_grant_id"), ["grant_id"], unique=False)

    op.create_table(
        "seal_scope",
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("product_code", sa.String(), nullable=False),
        sa.Column("area_m2", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["seal_grant.id"], name=op.f("fk_seal_scope_grant_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_code"], ["product.code"], name=op.f("fk_seal_scope_product_code")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_seal_scope_unit_id")),
        sa.PrimaryKeyConstraint("grant_id", "unit_id", "product_code", name=op.f("pk_seal_scope")),
    )
    op.create_table(
        "seal_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=False),
        sa.Column("kid", sa.String(length=16), nullable=False),
        sa.Column("token", sa.String(length=200), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["seal_grant.id"], name=op.f("fk_seal_token_grant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seal_token")),
        sa.UniqueConstraint("token", name=op.f("uq_seal_token_token")),
    )
    with op.batch_alter_table("seal_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seal_token_grant_id"), ["grant_id"], unique=False)

    op.create_table(
        "visit_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=True),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("caption", sa.String(length=200), nullable=True),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.Column("withdrawn_by", sa.Integer(), nullable=True),
        sa.Column("withdraw_reason", sa.String(length=400), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by"], ["user_account.id"], name=op.f("fk_visit_photo_added_by")
        ),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_visit_photo_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["finding_id"], ["finding.id"], name=op.f("fk_visit_photo_finding_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_photo_visit_id")),
        sa.ForeignKeyConstraint(
            ["withdrawn_by"], ["user_account.id"], name=op.f("fk_visit_photo_withdrawn_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_photo")),
    )
    with op.batch_alter_table("visit_photo", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_visit_photo_attachment_id"), ["attachment_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_visit_photo_finding_id"), ["finding_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_photo_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "complaint_contact",
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.Column("reach", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_contact_complaint_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", name=op.f("pk_complaint_contact")),
    )
    op.create_table(
        "complaint_photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_complaint_photo_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaint.id"], name=op.f("fk_complaint_photo_complaint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_photo")),
    )
    with op.batch_alter_table("complaint_photo", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_complaint_photo_attachment_id"), ["attachment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_complaint_photo_complaint_id"), ["complaint_id"], unique=False
        )
