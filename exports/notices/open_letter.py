"""致居民的一封信: why the survey is made, in which steps, what the policy says, and what people ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exports.notices.office import HouseholdPaper

TEMPLATE = "open-letter"

STEPS = ("入户调查登记", "调查结果公示", "征求意见", "意愿征询", "结果公告")
QUESTIONS = (
    ("入户调查时要签补偿协议吗？", "不签。入户调查只核实和登记房屋、人口和意愿情况，登记表由您核对后签字。"),
    ("家中无人怎么办？", "工作人员会留下未遇告知单，请来电另约时间；也可以书面委托他人办理。"),
    ("登记的面积、权属与实际不符怎么办？", "可以当场提出，也可以在结果公示时书面提出异议，我们将核实后答复。"),
    ("老人、残疾人行动不便怎么办？", "来电预约，工作人员上门办理。"),
    ("表达意愿以后可以改变吗？", "征询结束前可以撤回并重新表达，原来的记录和撤回的记录都予保留。"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLetter(HouseholdPaper):
    """One letter.

    policy  title and version of the policy in force, "" while none is published; points are its 要点
    """

    survey_from: date | None = None
    survey_to: date | None = None
    hours: str = ""
    policy: str = ""
    points: tuple[str, ...] = ()
    steps: tuple[str, ...] = STEPS
    questions: tuple[tuple[str, str], ...] = QUESTIONS
