"""The norm as data: standards, evaluation forms, rulesets with by-laws, months of transition."""
