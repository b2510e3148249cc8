"""The notices by name: what each is called, how it is read from the dossiers, and for how many at a time.

Each module of this package says as plain values what one paper tells; `exports.notices.reading` fills them.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.domain.message import N_


@dataclass(frozen=True, slots=True)
class Notice:
    """A paper that the office prints. `name` is also its template in templates/print.

    pages  how many pages one household usually takes, so that a page can say how long printing will last
    """

    name: str
    title: str
    description: str
    size: str
    pages: int
    takes_number: bool = False
    shows_numbers: bool = False


NOTICES: dict[str, Notice] = {
    notice.name: notice
    for notice in (
        Notice(
            "survey-notice",
            N_("入户调查通知书"),
            N_("告知调查依据、时间、人员、内容、需备材料、权利义务和个人信息处理规则，附回执联。"),
            N_("A4，3页"),
            3,
            takes_number=True,
        ),
        Notice(
            "survey-sheet",
            N_("入户调查登记表"),
            N_("按户档案填好的登记表，留出户型草图、照片和签字的位置；未填写的户打印为空白表。"),
            N_("A4，4至6页"),
            4,
            shows_numbers=True,
        ),
        Notice(
            "missed-visit",
            N_("未遇告知单"),
            N_("无人在家时留在门上的卡片，只写门牌不写姓名；最近一次未遇的时间和下次上门时间自动填好。"),
            N_("A5横向，1页"),
            1,
        ),
        Notice(
            "dossier-cover",
            N_("户档案封面"),
            N_("档案封面、卷内目录和备考表，卷内目录按已归入的材料填好。"),
            N_("A4，3页"),
            3,
        ),
    )
}
"""Name -> notice, in the order in which the list shows them."""
