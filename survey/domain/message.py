"""The one catalogue of sentences that the subject speaks: code -> Chinese sentence.

A sentence says what happened and what to do. Pages translate it with gettext (the Chinese text is the message id),
the command line and the ledgers print it as it stands. Keys are "noun.reason"; keep each noun's block together.
"""

from __future__ import annotations


def N_(text: str) -> str:
    """Mark a text for the translation catalogue without translating it here."""
    return text


MESSAGES: dict[str, str] = {
    # access
    "access.not_found": N_("没有找到该内容，或者您没有查看它的权限。请核对地址，或联系项目办。"),
    "access.forbidden": N_("您的角色不能进行此操作。如确有需要，请联系项目办。"),
    # account
    "account.sign_in_failed": N_("用户名或密码不正确。请检查大小写后重试；忘记密码请联系系统管理员重置。"),
    "account.too_many_failures": N_("登录失败次数过多，请在 {minutes} 分钟后再试。"),
    "account.password_short": N_("密码至少需要 {least} 个字符。可以用几个词连成一句话。"),
    "account.password_long": N_("密码最多 {most} 个字符。"),
    "account.password_common": N_("这个密码太常见，容易被猜到，请换一个。"),
    "account.password_wrong": N_("当前密码不正确，请重新输入。"),
    "account.name_taken": N_("用户名“{name}”已被使用，请换一个。"),
    "account.disabled": N_("该账号已停用，请联系系统管理员。"),
    # database
    "database.busy": N_("系统正忙，这次没有保存。请稍等几秒再试，您填写的内容仍在页面上。"),
    # project
    "project.code_taken": N_("项目编号“{code}”已存在，请换一个编号。"),
    "project.unknown": N_("没有编号为“{code}”的项目。请用 ruhu create-project 新建，或检查编号。"),
    "project.code_form": N_("项目编号只能用字母、数字、短横线和下划线，最多 20 个字符。"),
    # building
    "building.taken": N_("{building}已存在，请勿重复添加。"),
    "building.door_taken": N_("{door}已属于另一户（{dossier_no}），请先核实。"),
    "building.door_unknown": N_("没有找到门牌“{door}”，请检查楼栋、单元和房号。"),
    "building.door_last": N_("一户至少要有一个门牌，不能移除最后一个。"),
    # sheet
    "sheet.conflict": N_("{count} 项内容在您填写期间已被{by}修改，请逐项选择保留哪一个。您填的内容没有丢失。"),
    "sheet.field_unknown": N_("表中没有名为“{field}”的项目，请刷新页面后重试。"),
    "sheet.value_form": N_("“{label}”的内容“{value}”格式不对，请改正。"),
    "sheet.locked": N_("该户已{state}，不能直接修改。如需更正，请由项目办填写理由后更正。"),
    "sheet.signed": N_("被调查人已签字，修改后必须重新签字。请使用“更正”并写明理由。"),
    "sheet.correction_reason": N_("更正已审核的记录必须写明理由。"),
    "sheet.base_unknown": N_("您打开的版本 {base} 不存在，请刷新页面后重试。"),
    "sheet.checks_failed": N_("有 {count} 项错误，改正后才能提交。已填内容已保存为草稿。"),
    "sheet.warning_reason": N_("请为这条提醒写明情况说明，或者改正内容。"),
    # identity
    "identity.length": N_("证件号码应为 18 位（旧证 15 位），现在是 {length} 位，请对照证件核对。"),
    "identity.characters": N_("身份证号码只能是数字，最后一位可以是 X。请对照证件核对。"),
    "identity.checksum": N_("身份证号码的校验位不对，至少有一位数字录错，请对照证件核对。"),
    "identity.excel_lost": N_(
        "号码的后几位已被 Excel 改成 0 或科学计数，原号码已丢失。请对照证件或原始资料重新录入，不要猜测。"
    ),
    "identity.birth_date": N_("身份证号码中的出生日期不存在，请对照证件核对。"),
    "identity.birth_future": N_("身份证号码中的出生日期晚于今天，请对照证件核对。"),
    "identity.paper_form": N_("这不像是{paper}的号码，请核对证件类型和号码。"),
    "identity.uscc_form": N_("统一社会信用代码应为 18 位数字和大写字母（不含 I、O、S、V、Z），请核对。"),
    "identity.uscc_checksum": N_("统一社会信用代码的校验位不对，请对照营业执照核对。"),
    "identity.realty_unit_code": N_(
        "不动产单元号应为 28 位，形如 441903012003GB00001F00020063，请对照不动产权证核对。"
    ),
    "identity.cert_no": N_(
        "不动产权证号形如“鲁（2019）东营市不动产权第0000001号”，请对照证书核对；旧房产证请改选权证类型。"
    ),
    "identity.phone_form": N_("电话号码不对：手机号 11 位，固定电话请写区号和号码，如 0546-8300000。"),
    "identity.phone_area": N_("固定电话缺少区号，请补上，如 0546-8300000。"),
    "identity.phone_unusual": N_("这个手机号的号段不常见，请与本人核对。"),
    # household
    "household.transition": N_("“{state}”状态的户不能进行“{action}”。请刷新页面查看最新状态。"),
    "household.own_work": N_("您填写过这一户，不能由您本人审核。请由其他人员审核。"),
    "household.return_reason": N_("退回时必须写明原因，以便调查员改正。"),
    "household.not_signed": N_("还没有被调查人签字（或拒签及见证人）记录，不能确认。"),
    "household.duplicate_door": N_("{door}已登记为另一户，请从楼盘表进入该户。"),
}


def sentence(code: str, **params: object) -> str:
    """The Chinese sentence of a code, with its values filled in. Raises KeyError for a code without a sentence."""
    return MESSAGES[code].format(**params)
