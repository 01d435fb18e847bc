"""The views of the perpetrator-centred side, and what their ordinals stand for (both level 0)."""

from chassis.views import View
from contracts.events.configuration import AgencyDefined, AreaDefined, ThresholdSet
from services.marac.tasking import rows
from services.marac.tasking.perpetrator import fold_perpetrator, fold_source

PERPETRATOR = View(
    "tasking_perpetrator",
    of="person",
    row=rows.TaskingPerpetrator,
    table=rows.TaskingPerpetratorTable,
    fold=fold_perpetrator,
    configured_by=(AgencyDefined, AreaDefined, ThresholdSet),
)
SOURCE = View(
    "tasking_source",
    of="person",
    row=rows.TaskingSource,
    table=rows.TaskingSourceTable,
    fold=fold_source,
    configured_by=(AgencyDefined, AreaDefined),
)
