"""The metadata of every table, those of the funds ledger and the policy profiles included."""

from __future__ import annotations

from engine import funds, model, policy

#: Importing a room makes its tables known to the metadata.
ROOMS = (model, funds, policy)

metadata = model.Base.metadata
