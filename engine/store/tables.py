"""The metadata of every table, those of the funds ledger and the policy profiles included."""

from __future__ import annotations

from engine import model
from engine.funds import model as funds_model
from engine.policy import model as policy_model

#: Importing a room's model makes its tables known to the metadata.
ROOMS = (model, funds_model, policy_model)

metadata = model.Base.metadata
