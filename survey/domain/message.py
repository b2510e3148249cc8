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
    "sheet.field_unknown": N_("表中没有名为“{name}”的项目，请刷新页面后重试。"),
    "sheet.value_form": N_("“{label}”的内容“{value}”格式不对，请改正。"),
    "sheet.locked": N_("该户已{state}，不能直接修改。如需更正，请由项目办填写理由后更正。"),
    "sheet.signed": N_("被调查人已签字，修改后必须重新签字。请使用“更正”并写明理由。"),
    "sheet.correction_reason": N_("更正已审核的记录必须写明理由。"),
    "sheet.base_unknown": N_("您打开的版本 {base} 不存在，请刷新页面后重试。"),
    "sheet.too_long": N_("内容太多（超过 {most} 项），没有保存。请删去多余的行后重试。"),
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
    # roster
    "roster.address_building": N_("“{value}”写的楼栋与本表的 {building} 号楼不一致，请核对。"),
    "roster.address_differs": N_("房屋坐落与房号不一致，已按房号读取，坐落按原文保留，请核对。"),
    "roster.address_form": N_("无法从“{value}”确定楼栋、单元和房号，请写成 3-2-501 或 3号楼2单元501。"),
    "roster.area_form": N_("面积“{value}”不是数字，请填写证载数字，如 85.20。"),
    "roster.area_large": N_("面积“{value}”过大，请核对单位和小数点。"),
    "roster.area_missing": N_("没有填写建筑面积，将在入户调查时补充。"),
    "roster.area_negative": N_("面积“{value}”小于 0，请改正。"),
    "roster.area_zero": N_("面积为 0，按未填写处理。"),
    "roster.became_date": N_("“{value}”是日期：房号可能被 Excel 改成了日期，请改成文本后重新填写。"),
    "roster.building_form": N_("无法识别楼栋号“{value}”，请写成 3号楼 或 3。"),
    "roster.building_missing": N_("不知道这一户在哪栋楼，请填写楼栋号。"),
    "roster.built_after_title": N_("建成年份晚于登记日期，请核对。"),
    "roster.cert_in_several": N_("产权证号 {cert_no} 还出现在{where}：一证多户请核对。"),
    "roster.cert_two_owners": N_("产权证号 {cert_no} 在{where}属于别的产权人，其中至少一处有误，请对照证书改正。"),
    "roster.changed_since": N_("预览之后数据已有变化，没有导入任何内容。请重新查看预览后再导入。"),
    "roster.co_owners_joined": N_("{door}与{where}是同一户，已合并为一户的多位产权人，请核对。"),
    "roster.column_guessed": N_("“{header}”一列暂按“{field}”读取，请确认。"),
    "roster.damaged": N_("文件已损坏或没有传完整，请在电脑上能正常打开后重新上传。"),
    "roster.date_form": N_("日期“{value}”无法确定到月和日，未导入，请写成 2003-05-01。"),
    "roster.date_month": N_("日期“{value}”只有年月，按当月 1 日导入，请核对。"),
    "roster.date_range": N_("日期“{value}”不在合理范围，未导入，请核对。"),
    "roster.door_other_household": N_("{door}在系统中属于另一户（{dossier_no}），与本行其他门牌不是同一户，请先核实。"),
    "roster.door_twice": N_("{door}还出现在{where}，内容互相矛盾，无法判断哪一行正确，请改正后重新导入。"),
    "roster.doors_joined": N_("与第{first}行同属一位产权人且面积合并填写，已作为一户多个门牌（打通）读取，请核对。"),
    "roster.empty": N_("文件里没有任何住户数据，请检查是否选错了文件。"),
    "roster.encrypted": N_("文件设有打开密码，系统无法读取。请取消密码后重新上传。"),
    "roster.entities": N_("文件中含有不允许的外部声明（DTD），已拒绝读取。请用 Excel 或 WPS 另存为 .xlsx 后重新上传。"),
    "roster.fewer_ids": N_("有 {names} 位产权人但只有 {ids} 个证件号，已按先后顺序对应，请核对。"),
    "roster.floor_above": N_("所在层 {floor} 高于总层数 {total}，请核对。"),
    "roster.guess_encoding": N_("文件的文字编码无法识别，请另存为 .xlsx 或 UTF-8 编码的 CSV 后重新上传。"),
    "roster.hidden_column": N_("“{header}”是隐藏列，已照常读取，请确认是否需要。"),
    "roster.hidden_rows": N_("第{first}至{last}行是隐藏行，已照常读取，请确认这些行是否有效。"),
    "roster.id_form": N_("证件号码无法识别，请对照证件核对。"),
    "roster.id_in_several": N_("同一身份证号还出现在{where}（{name}名下多套房屋），请核对。"),
    "roster.id_maybe_lost": N_("身份证号末三位是 000，可能被 Excel 截断过，请对照证件核对。"),
    "roster.id_old": N_("15 位旧身份证号已换算为 18 位，请对照新证核对。"),
    "roster.id_twice": N_("同一身份证号在本行出现两次，请核对各产权人的证件号。"),
    "roster.id_two_names": N_("同一身份证号在{where}对应不同姓名，其中至少一处有误，请对照证件改正。"),
    "roster.inner_larger": N_("套内面积大于建筑面积，请核对。"),
    "roster.macros": N_("文件含有宏，已拒绝读取。请另存为不含宏的 .xlsx 后重新上传。"),
    "roster.more_ids": N_("证件号有 {ids} 个，产权人只有 {names} 位，无法一一对应，请改正。"),
    "roster.more_phones": N_("电话多于产权人（{count} 位），多出的未导入，请在入户时补充。"),
    "roster.no_header": N_("没有找到表头。表头至少要有“房号”（或“房屋坐落”）和“产权人”等列名，请检查后重新上传。"),
    "roster.not_spreadsheet": N_("这不是电子表格，而是{kind}。请上传 .xlsx、.xls、.ods 或 .csv 文件。"),
    "roster.number_form": N_("“{value}”不是整数，未导入，请核对。"),
    "roster.owner_missing": N_("没有填写产权人，将在入户调查时补充。"),
    "roster.phone_in_many": N_("同一电话出现在 {count} 户，请核对。"),
    "roster.refused_rows": N_("有 {count} 行不能导入。请改正后重新上传，或确认跳过这些行。"),
    "roster.room_missing": N_("没有填写房号，请补上。"),
    "roster.row_repeated": N_("{door}与{where}内容完全相同，只导入一次。"),
    "roster.share_count": N_("份额有 {shares} 个，产权人有 {names} 位，无法对应，份额未导入，请核对。"),
    "roster.share_form": N_("份额“{value}”无法识别，未导入，请写成 1/2 的形式。"),
    "roster.skip_empty": N_("空行"),
    "roster.skip_empty_sheet": N_("空工作表"),
    "roster.skip_header": N_("重复的表头"),
    "roster.skip_hidden_sheet": N_("隐藏的工作表，没有读取；如需导入请先取消隐藏"),
    "roster.skip_no_content": N_("只有序号或楼栋，没有住户内容"),
    "roster.skip_no_header": N_("没有表头，不是住户表"),
    "roster.skip_note": N_("说明文字"),
    "roster.skip_section": N_("楼栋小标题"),
    "roster.skip_signature": N_("签字栏"),
    "roster.skip_title": N_("标题行"),
    "roster.skip_total": N_("合计行"),
    "roster.tenure_short": N_("“{value}”没有写明类别，暂按“{label}”导入（共 {count} 行），请入户时核对。"),
    "roster.too_big": N_("文件超过 {megabytes} MB，请按楼栋拆分后分别上传。"),
    "roster.too_complex": N_("文件展开后过大，超出读取上限。请删除多余的工作表、图片和格式，只保留住户表后重新上传。"),
    "roster.too_many_columns": N_("工作表“{sheet}”超过 {most} 列，请删除右侧多余的列后重新上传。"),
    "roster.too_many_rows": N_("表格超过 {most} 行，请删除下方多余的行或按楼栋拆分后重新上传。"),
    "roster.too_slow": N_("文件过于复杂，{seconds} 秒内没有读完，已停止。请只保留住户表后重新上传。"),
    "roster.unit_form": N_("无法识别单元“{value}”，请写成 2单元 或 2。"),
    "roster.unknown": N_("没有找到这次导入，请从导入记录中重新选择。"),
    "roster.word_unknown": N_("“{value}”不在可识别的类别中，未导入（共 {count} 行），请入户时填写。"),
    "roster.year_form": N_("建成年份“{value}”无法确定，未导入，请写成 1985。"),
}


def sentence(code: str, **params: object) -> str:
    """The Chinese sentence of a code, with its values filled in. Raises KeyError for a code without a sentence."""
    return MESSAGES[code].format(**params)
