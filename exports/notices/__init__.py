"""The notices by name: what each is called, how it is read from the dossiers, and for how many at a time.

Each module of this package says as plain values what one paper tells; `exports.notices.reading` fills them.
"""

from __future__ import annotations

from dataclasses import dataclass

from survey.domain.message import N_


@dataclass(frozen=True, slots=True)
class Notice:
    """A paper that the office prints. `name` is also its template in templates/print.

    pages        how many pages one household usually takes, so that a page can say how long printing will last
    letter       the kind's own letter behind the 代字 of its 文号 (颐园调〔2026〕6号); "" for papers without one
    for_project  one for the whole project, not one for each household
    for_posting  printed from the page of an approved posting only
    shows_numbers  whether ID numbers and phones stand on it
    nothing      the code that says what a household lacks to which the notice has nothing to say
    """

    name: str
    title: str
    description: str
    size: str
    pages: int
    letter: str = ""
    shows_numbers: bool = False
    for_project: bool = False
    for_posting: bool = False
    nothing: str = "export.nothing_to_say"


NOTICES: dict[str, Notice] = {
    notice.name: notice
    for notice in (
        Notice(
            "survey-notice",
            N_("入户调查通知书"),
            N_("告知调查依据、时间、人员、内容、需备材料、权利义务和个人信息处理规则，附回执联。"),
            N_("A4，3页"),
            3,
            letter="调",
        ),
        Notice(
            "survey-sheet",
            N_("入户调查登记表"),
            N_("按户档案填好的登记表，已有的签字、审核和照片一并写明，没有的留出位置；未填写的户打印为空白表。"),
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
        Notice(
            "open-letter",
            N_("致居民的一封信"),
            N_("调查的背景、范围、步骤、政策要点和常见问答，政策要点取自现行政策文件。"),
            N_("A4，2至3页"),
            2,
        ),
        Notice(
            "privacy-consent",
            N_("个人信息处理告知同意书"),
            N_("告知处理者、目的、种类、期限和权利；敏感信息、公示、向第三方提供分项勾选。"),
            N_("A4，1页"),
            1,
        ),
        Notice(
            "briefing-record",
            N_("政策宣讲记录表"),
            N_("按最近一次宣讲填好要点和问答；没有宣讲记录的，打印现行政策的要点供现场勾选。"),
            N_("A4，1页"),
            1,
        ),
        Notice(
            "interview-record",
            N_("询问（谈话）笔录"),
            N_("填好首部的空白笔录，每页留被询问人签名处。"),
            N_("A4，2页"),
            2,
        ),
        Notice(
            "material-list",
            N_("材料接收清单"),
            N_("按住户交来的材料填好名称、份数和原件复印件，交接双方签字。"),
            N_("A4，1页"),
            1,
        ),
        Notice(
            "service-receipt",
            N_("送达回证"),
            N_("待送文书的回证：填好文书名称、文号和受送达人，其余留空带去签；都送到了的，按最近一次送达填好。"),
            N_("A4，1页"),
            1,
        ),
        Notice(
            "renewal-ballot",
            N_("意愿征询表（票）"),
            N_("正在进行的征询轮次的票：议题、选项、面积和证号，全体权利人签名，每户每轮一个票号。"),
            N_("A4，1页"),
            1,
        ),
        Notice(
            "appraiser-ballot",
            N_("评估机构选票"),
            N_("评估机构选定轮次的选票，候选机构取自各户在调查时表达的意向。"),
            N_("A4，1页"),
            1,
        ),
        Notice(
            "objection-request",
            N_("异议（复核）申请表"),
            N_("列出登记的权属和面积，由权利人填写异议事项和理由。"),
            N_("A4，1页"),
            1,
        ),
        Notice(
            "objection-reply",
            N_("异议处理告知书"),
            N_("按最近一件已答复的面积、产权诉求填好；没有这样的答复的户不打印。"),
            N_("A4，1至2页"),
            2,
            letter="复",
            nothing="export.no_answered_objection",
        ),
        Notice(
            "correction-notice",
            N_("情况核实（补正）通知书"),
            N_("按登记表列出尚待核实的事项和须补充的材料；没有待核实事项的户不打印。"),
            N_("A4，1至2页"),
            2,
            letter="核",
            nothing="export.no_open_matter",
        ),
        Notice(
            "unregistered-opinion",
            N_("未登记建筑认定意见书"),
            N_("列出未登记的部位，各部门签署意见；没有未登记部位的户不打印。"),
            N_("A4，1至2页"),
            2,
            letter="认",
            nothing="export.no_unregistered_part",
        ),
        Notice(
            "authorisation",
            N_("授权委托书"),
            N_("写明代理人、事项、权限和期限，由权利人签名；登记表有代理人的自动填好。"),
            N_("A4，1页"),
            1,
            shows_numbers=True,
        ),
        Notice(
            "pledge",
            N_("承诺书"),
            N_("权利人对所填内容和所交材料真实性的承诺。"),
            N_("A4，1页"),
            1,
            shows_numbers=True,
        ),
        Notice(
            "round-result",
            N_("征询结果公告"),
            N_("最近结束的一轮征询：各种表态的户数、面积和占比，是否达到设定的比例。"),
            N_("A4，2页"),
            2,
            letter="告",
            for_project=True,
        ),
        Notice(
            "survey-posting",
            N_("公示"),
            N_(
                "从已批准的公示打印：正文、范围、公示期和异议方式；调查结果公示附掩码表，只列范围内项目办已通过的户，打印前再检查一遍。"
            ),
            N_("A4，按户数"),
            4,
            letter="示",
            for_project=True,
            for_posting=True,
        ),
        Notice(
            "appraiser-notice",
            N_("评估机构选定通知"),
            N_("调查时各户对评估机构的意向和占比；选定的机构、产生方式、日期由会议手写。"),
            N_("A4，1至2页"),
            2,
            letter="选",
            for_project=True,
        ),
    )
}
"""Name -> notice, in the order in which the list shows them."""
HOUSEHOLD_NOTICES = tuple(notice for notice in NOTICES.values() if not notice.for_project)
PROJECT_NOTICES = tuple(notice for notice in NOTICES.values() if notice.for_project)
