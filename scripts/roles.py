"""Write docs/roles.md from survey/domain/access.py, so that the page cannot say other than the program.

    .venv/bin/python scripts/roles.py

tests/test_docs.py fails when the page is not what this would write, and when a permission has no words here.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from survey.domain.access import ADMIN_GRANTS, GRANTS, Permission, Role  # noqa: E402

PAGE = ROOT / "docs" / "roles.md"
P = Permission

GROUPS: dict[tuple[str, str], dict[Permission, tuple[str, str]]] = {
    ("查看", "Seeing"): {
        P.PROJECT_SHOW: ("进入项目", "open the project"),
        P.BUILDING_SHOW: ("楼盘表", "the grid of a building"),
        P.HOUSEHOLD_LIST: ("住户名单", "lists of households"),
        P.HOUSEHOLD_SHOW: ("户档案（一户一档）", "the dossier of a household"),
        P.SEARCH_SHOW: ("查找", "search"),
        P.SHEET_VERSIONS: ("调查表的历次版本", "versions of the survey form"),
        P.DOCUMENT_SHOW: ("材料原件（照片、扫描件）", "photos and scans"),
        P.POLICY_SHOW: ("政策文件", "policy documents"),
        P.ROUND_SHOW: ("征询轮次与表态", "rounds and consents"),
        P.POSTING_SHOW: ("公示", "postings"),
        P.BOARD_SHOW: ("进度", "the board"),
        P.REPORT_SHOW: ("进度日报、周报", "daily and weekly reports"),
        P.QUALITY_SHOW: ("数据质量工作清单", "the work list of faults in the data"),
        P.SIGNAL_SHOW: ("走访提示：各类有几件", "signals of pressure: how many of each kind"),
        P.RECHECK_SHOW: ("抽查：抽了哪些户、结果", "re-checks: who was drawn, what was found"),
        P.PERSON_REVEAL: ("查看一个完整的证件号或电话（记入日志）", "one ID number or phone in clear (logged)"),
        P.PERSON_TAGS: ("特殊情况（低保、残疾等）", "health and hardship tags"),
        P.PRICE_SHOW: ("期望价格", "expected prices"),
        P.AUDIT_LIST: ("操作日志", "the log"),
    },
    ("入户", "At the door"): {
        P.TODAY_SHOW: ("今天要去的门", "the day's doors"),
        P.VISIT_RECORD: ("记录入户", "record a visit"),
        P.SHEET_EDIT: ("填写调查表", "fill in the survey form"),
        P.SHEET_SUBMIT: ("提交调查表", "submit it"),
        P.BRIEFING_RECORD: ("记录政策宣讲", "record a briefing"),
        P.CONSENT_RECORD: ("记录表态、撤回", "record or withdraw a consent"),
        P.REQUEST_RECORD: ("登记诉求", "note a request"),
        P.DOCUMENT_ADD: ("上传材料", "add a document"),
        P.DELIVERY_RECORD: ("登记送达", "record a delivery"),
        P.SIGNATURE_RECORD: ("登记签字", "record a signature"),
        P.HOUSEHOLD_CONFIRM: ("确认（签字后）", "confirm after the signature"),
        P.HOUSEHOLD_CREATE: ("新增一户、一个门牌", "add a household or a door"),
        P.NOTICE_PRINT: ("打印文书", "print notices"),
        P.NOTICE_PUBLISH: ("打印公告、公示", "print announcements and postings"),
    },
    ("组内与项目办", "Team and office"): {
        P.ASSIGNMENT_EDIT: ("分配楼栋和单元", "assign buildings"),
        P.HOUSEHOLD_GROUP_REVIEW: ("组审：通过或退回", "check a form: pass or return"),
        P.HOUSEHOLD_OFFICE_REVIEW: ("项目办审：通过或退回", "approve a form, or return it"),
        P.SIGNAL_NOTE: ("走访提示：看具体情况、记为已看", "signals: the cases; note having looked"),
        P.QUALITY_ACCEPT: ("数据质量：属实不改（写明理由）", "accept a fault as it is, with a reason"),
        P.RECHECK_DRAW: ("抽查：抽取", "draw households for a re-check"),
        P.RECHECK_RECORD: ("抽查：记录结果（没有走访过这一户的人）", "record a re-check, not of one's own visits"),
        P.SHEET_CORRECT: ("通过后更正（写明理由）", "correct after approval, with a reason"),
        P.HOUSEHOLD_FINALISE: ("定稿", "finalise"),
        P.CARE_PLAN: ("重点关注：帮扶措施、责任人、走访", "care: measures, who is responsible, calls"),
        P.REQUEST_ANSWER: ("答复诉求", "answer requests"),
        P.DOCUMENT_REMOVE: ("移除材料（写明理由）", "remove a document, with a reason"),
        P.INBOX_SETTLE: ("处理平板记录：冲突、待接受的记录", "settle what tablets sent: conflicts, held records"),
        P.DEVICE_EDIT: ("登记、停用、清除平板", "enrol, revoke and wipe tablets"),
        P.ROSTER_IMPORT: ("导入花名册", "import a roster"),
        P.BUILDING_EDIT: ("新增楼栋", "add a building"),
        P.POSTING_DRAFT: ("起草公示、登记张贴和异议", "draft postings, note where they hang and who objects"),
        P.POSTING_APPROVE: ("批准公示（起草人不能批准）", "release postings, not one's own"),
        P.POLICY_EDIT: ("起草、发布政策", "write and publish policies"),
        P.ROUND_OPEN: ("开始、结束征询", "open and close rounds"),
        P.REPORT_MAKE: ("生成日报、周报", "make a daily or weekly report"),
        P.LEDGER_EXPORT: ("导出台账（号码隐去中间数字）", "export ledgers, numbers masked"),
        P.LEDGER_EXPORT_CLEAR: ("导出含完整号码的台账（写明理由）", "export ledgers in clear, with a reason"),
        P.JOB_SHOW: ("后台任务：自己提交的大批导出和导入", "long exports and imports that one asked for oneself"),
        P.TEMPLATE_ADD: ("单位自己的台账样表", "the office's own forms of ledgers"),
        P.WORDING_EDIT: ("单位自己的文书模板", "the office's own wordings of notices"),
        P.AMENDMENT_COMMIT: ("读回在 Excel 里改过的台账", "take an edited ledger back"),
        P.MEMBER_EDIT: ("项目人员和角色", "members and roles"),
        P.PROJECT_EDIT: ("项目设置", "settings of the project"),
    },
    ("系统", "System"): {P.USER_EDIT: ("账号：新建、停用、重置密码", "accounts")},
}
SCOPES = {
    Role.SURVEYOR: ("分给自己的楼栋和单元", "the buildings and stairwells assigned to them"),
    Role.LEADER: ("本组的楼栋", "the team's buildings"),
    Role.OFFICE: ("整个项目", "the project"),
    Role.COORDINATOR: ("整个项目，姓名和号码默认隐去", "the project, names and numbers masked"),
    Role.AUDITOR: ("整个项目，只读，可设到期日", "the project, read only, until a day"),
}


def page() -> str:
    """The page's text."""
    roles = [*Role]
    lines = [
        "# 角色与权限 · Roles and permissions",
        "",
        "<!-- Made by scripts/roles.py from survey/domain/access.py. Do not edit: tests/test_docs.py compares the two. -->",
        "",
        "没有写在这里的都不允许。每个人在每个项目里只有一个角色；角色改变后，下一次打开页面就生效。",
        "系统管理员管账号，不属于任何项目，看不到任何一户。",
        "",
        "What does not stand here is denied. A person has one role in each project; a change takes effect with the next page.",
        "A system administrator keeps accounts, belongs to no project and sees no household.",
        "",
        "## 看得到哪些户 · Which households",
        "",
        "| 角色 | role | 范围 | scope |",
        "|---|---|---|---|",
        *(f"| {role.label} | {role.value} | {SCOPES[role][0]} | {SCOPES[role][1]} |" for role in roles),
        "| 系统管理 | administrator | 无 | none |",
        "",
        "范围之外的户和不存在的户，看起来一样（“没有找到”）。",
        "A household outside the scope looks like one that does not exist.",
        "",
        "填表的人不能审核自己填的表：组审和项目办审都会拒绝。Nobody reviews a form that they have filled in themselves.",
        "",
    ]
    for (title, english), permissions in GROUPS.items():
        lines += [
            f"## {title} · {english}",
            "",
            "| 做什么 | what | " + " | ".join(role.label for role in roles) + " | 系统管理 | `Permission` |",
            "|---|---|" + ":-:|" * (len(roles) + 1) + "---|",
        ]
        for permission, (words, english_words) in permissions.items():
            granted = [permission in GRANTS[role] for role in roles] + [permission in ADMIN_GRANTS]
            marks = " | ".join("✓" if one else "" for one in granted)
            lines.append(f"| {words} | {english_words} | {marks} | `{permission.value}` |")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
