"""The sub-commands of `spg-registry` that `cli` puts together."""
