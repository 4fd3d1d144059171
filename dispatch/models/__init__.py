"""Tables of the events."""

from .assignment import Assignment
from .attachment import Attachment
from .caller import FurtherCaller
from .category import Category
from .delivery import Delivery
from .escalation import Escalation, Notice, Timer
from .followup import FollowUpCall
from .handover import Handover
from .incident import DailySerial, Incident
from .mention import Mention
from .plan import PlanNeed, ResponsePlan
from .policy import Policy, PolicyStep
from .replay import ReplayedRow
from .shift import ShiftEntry, Watch
from .sweep import Sweep
from .template import IntakeTemplate
from .timeline import TimelineEntry

__all__ = [
    "Assignment",
    "Attachment",
    "Category",
    "DailySerial",
    "Delivery",
    "Escalation",
    "FollowUpCall",
    "FurtherCaller",
    "Handover",
    "Incident",
    "IntakeTemplate",
    "Mention",
    "Notice",
    "PlanNeed",
    "Policy",
    "PolicyStep",
    "ReplayedRow",
    "ResponsePlan",
    "ShiftEntry",
    "Sweep",
    "TimelineEntry",
    "Timer",
    "Watch",
]
