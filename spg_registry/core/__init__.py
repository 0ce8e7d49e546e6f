"""What every room stands on: database, history, audit, permissions, words, keys, codes, clock."""
