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
    "account.admin_no_role": N_("系统管理员不能兼任项目角色。请为该人员另建一个账号。"),
    "account.own_account": N_("不能停用自己的账号。请由另一位系统管理员操作。"),
    "account.own_role": N_("不能更改自己的角色。请由项目办其他人员操作。"),
    "account.unknown": N_("没有这个用户名。请核对，或请系统管理员先建立账号。"),
    "account.disabled": N_("该账号已停用，请联系系统管理员。"),
    # care
    "care.no_situation": N_("这个人没有登记特殊情况。请先在调查表里登记。"),
    "care.no_day": N_("请填写多少天走访一次，或者约好哪一天去。"),
    # notice
    "notice.too_many_unknown": N_(
        "从这个网络查询不存在的编码次数过多，请在 {minutes} 分钟后再试。真实文书的二维码不受影响，请对准后重新扫描，或者拨打文书上的电话核实。"
    ),
    # calendar
    "calendar.day_form": N_("“{text}”不是日期。请一行写一天或一段，例如 2026-10-01 或 2026-10-01..2026-10-07。"),
    "calendar.range_order": N_("“{text}”的结束日早于开始日，请改正。"),
    "calendar.range_long": N_("“{text}”超过 {most} 天，没有这么长的假期。请核对月份。"),
    "calendar.no_weekend": N_("{day} 不是周末，本来就上班。调休上班日只写周六、周日。"),
    "calendar.both": N_("{day} 既写成了放假又写成了上班，请删去一处。"),
    # door
    "door.form": N_("“{text}”不是一个完整的门牌，请写成“3号楼2单元501室”或“3-2-501”。"),
    "door.serial": N_("同一单元的户编号只能到 9999，现在是 {serial}。请检查楼栋和单元。"),
    # amendment: an edited ledger that comes back
    "amendment.no_ledger": N_(
        "这个文件里没有找到“{ledger}”的工作表。请上传从本系统导出、在 Excel 或 WPS 里改过的{ledger}（.xlsx）。"
    ),
    "amendment.no_marks": N_(
        "工作表“{sheet}”里没有“{column}”一列，认不出哪一行是哪一户。请重新导出一份再修改，不要删除隐藏的列。"
    ),
    "amendment.row_unmarked": N_(
        "这一行没有行标识，不知道是哪一户，没有读取。新增的户请在系统里建档；新增的人口、部位请在调查表里填写。"
    ),
    "amendment.mark_changed": N_("这一行的行标识被改动过，没有读取。请重新导出一份，把改动抄过去。"),
    "amendment.row_twice": N_("同一个行标识还出现在第 {rows} 行，而且内容不同，都没有读取。请只保留正确的一行。"),
    "amendment.versions_mixed": N_("这一户的各行来自两次不同的导出，没有读取。请在同一份导出里修改。"),
    "amendment.other_dossier": N_(
        "行标识属于 {dossier_no}，和这一行的户编号不一致，没有读取。排序时请选中整张表，不要只排某几列。"
    ),
    "amendment.no_household": N_("没有这一户，或者您没有查看它的权限，没有读取。"),
    "amendment.other_door": N_(
        "行标识属于 {door}，和这一行的楼栋、单元、房号不一致，没有读取。看起来只排了几列的顺序：请重新导出，排序时选中整张表。"
    ),
    "amendment.place_fixed": N_(
        "“{column}”和系统里的不一样，没有读取。楼栋、单元、房号不能从台账修改，门牌有错请在楼盘表里改；导出以后改过门牌的，请重新导出一份。"
    ),
    "amendment.row_moved": N_(
        "看起来是整行换了位置：这一行写的是“{other}”的内容，没有读取。请不要只移动几列；要换顺序，请选中整张表排序。"
    ),
    "amendment.follows": N_(
        "“{column}”这一列是从工作表“{sheet}”汇总来的，改这里不起作用，没有读取。请在“{sheet}”里改。"
    ),
    "amendment.not_here": N_("“{column}”不能从台账修改，没有读取。请在系统里打开这一户的调查表修改。"),
    "amendment.state_here": N_(
        "“{column}”不能从台账修改，没有读取。状态由提交、审核、签字改变，请在系统里打开这一户办理。"
    ),
    "amendment.formula": N_(
        "这一格是公式，没有算出的值，没有读取。请在 Excel 或 WPS 里打开、核对结果后保存一次，或直接填写内容。"
    ),
    "amendment.locked": N_("这一户项目办已经审核通过，您不能更正，没有读取。请把要改的内容告诉项目办，由项目办更正。"),
    "amendment.awaits_group": N_(
        "这一户已提交、待组审，现在不能改，没有读取。请组长退回给调查员修改；或等组审和项目办都通过以后再上传，按“更正”写入。"
    ),
    "amendment.awaits_office": N_(
        "这一户组审已通过、待项目办审核，现在不能改，没有读取。请项目办在户档案里退回修改；或先审核通过，再上传一次，按“更正”写入。"
    ),
    "amendment.hidden": N_("您没有查看这一项的权限，也不能改，没有读取。"),
    "amendment.masked": N_("号码里有星号，没有读取。要改号码，请写完整的号码；不改请保持原样。"),
    "amendment.one_number": N_("这里应当是一个号码，没有读取。"),
    "amendment.word": N_("“{text}”不是可选的内容，没有读取。可以填：{words}。"),
    "amendment.decimal": N_("“{text}”不是两位小数以内的数，没有读取。"),
    "amendment.whole": N_("“{text}”不是整数，没有读取。"),
    "amendment.date": N_("“{text}”不是日期，没有读取。请写成 2026-03-15。"),
    "amendment.yes_no": N_("“{text}”看不懂，没有读取。是填 1，否留空。"),
    "amendment.refused": N_("这样改不能保存：{reason}（没有读取）"),
    "amendment.reason": N_("请写明为什么修改，至少 4 个字。"),
    "amendment.changed_since": N_(
        "您查看之后，有住户的调查表又被别人改过，没有写入。请点“重新比对”，核对最新的结果后再确认。"
    ),
    "amendment.nothing": N_("没有选中要写入的内容。请在下面勾选要写入的户，或放弃这份台账。"),
    "amendment.written": N_("这份台账已由{who}于 {when} 写入，不用再确认。"),
    "amendment.closed": N_("这份台账{state}，不能再改。"),
    # posting
    "report.in_future": N_("截止日期不能晚于今天。"),
    "posting.state": N_("这份公示现在是“{state}”，不能这样操作。"),
    "posting.own_draft": N_("起草的人不能自己批准。请由另一个人核对后批准。"),
    "posting.leaks": N_("公示里有 {count} 处不该公开的内容，没有批准。请按下面列出的各行改好。"),
    "posting.id_number": N_("有证件号码。公示里不写证件号码，隐去一部分的也不写。"),
    "posting.phone": N_(
        "有电话号码。公示里不写住户的电话；项目设置里的咨询电话、写明单位的座机、写明“监督电话”的号码可以写。"
    ),
    "posting.bank_card": N_("有银行卡号。公示里不写银行账户。"),
    "posting.certificate": N_("有完整的证号。请只留后四位，例如 ****0906。"),
    "posting.birth": N_("有出生日期或年龄。请删去。"),
    "posting.health": N_("有“{word}”。健康和困难情况不能写在人名旁边公开。"),
    "posting.name": N_("有完整的姓名。请隐去名字，例如 张*、张*明。"),
    "posting.twice": N_("和另一行完全一样，分不清是哪一户。请写上门牌。"),
    "posting.scope_form": N_(
        "范围“{scope}”看不出是哪几栋楼，名单印不出来。请写成“全部”，或者逐栋写，例如“3号楼、5号楼”。"
    ),
    "posting.scope_building": N_("范围里的 {no} 号楼不在这个项目里。请核对楼号。"),
    "posting.not_approved": N_(
        "公示要由两个人把关，没有批准的不能打印。请到“公示”里起草，由起草人以外的人批准后，在那份公示的页面上打印。"
    ),
    "posting.before_approval": N_("张贴日期早于批准日期 {day}。没有批准的公示不能张贴，请核对日期。"),
    "posting.reason_missing": N_("请写明为什么撤回批准。"),
    "posting.in_future": N_("日期不能晚于今天。"),
    "posting.before": N_("提出异议的日期不能早于张贴日期。"),
    "posting.too_early": N_("公示期到 {until} 才满，还不能结束。"),
    "posting.open_objections": N_("还有异议没有处理。请先写明处理结果，再结束公示。"),
    # template: an office's own form of a ledger
    "template.no_xlsx": N_("样表要用 .xlsx 格式。请在 Excel 或 WPS 里另存为“Excel 工作簿（.xlsx）”再上传。"),
    "template.unknown": N_("没有名为“{name}”的占位符。相近的有：{near}。"),
    "template.two_lines": N_("每个工作表里，住户的占位符只能放在同一行，现在分在第 {rows} 行。"),
    "template.part_of_lines": N_(
        "公式 {formula} 只取了按占位符重复的各行里的一部分，行数一变就会算错。请写成从占位符那一行起的范围，例如 =SUM(D5)、=SUM(D5:D9)。"
    ),
    "template.formula_unread": N_("公式 {formula} 读不懂，填好以后可能算错。请换一种写法，或直接写占位符。"),
    "template.no_record": N_("样表里没有找到占位符。请在表头下面的一行里写上，例如 {example}。"),
    "template.too_many": N_("样表一次最多填 {most} 行。请按楼栋分开，或导出系统的台账。"),
    "template.failed": N_("这个样表太复杂，没有处理完。请删去不用的工作表、图片和多余的格式后再试。"),
    "template.refused": N_("样表有 {count} 处要改，没有保存。"),
    # check: what keeps a sheet from being submitted, or what the office should know
    "check.person_unnamed": N_("第 {position} 位人员"),
    "check.address_missing": N_("请填写房屋坐落。"),
    "check.tenure_type_missing": N_("请选择产权性质。"),
    "check.title_status_missing": N_("请选择权属状况。"),
    "check.lease_status_missing": N_("请选择居住（租赁）状况。"),
    "check.owner_missing": N_("请至少登记一位权利人并填写姓名。"),
    "check.tenant_missing": N_("公房请至少登记一位承租人或权利人并填写姓名。"),
    "check.part_missing": N_("请至少登记一个房屋部位（主房）。"),
    "check.renewal_will_missing": N_("请选择改造意愿；未谈到的选“未表态”，联系不上的选“无法联系”。"),
    "check.floor_above_total": N_("所在层 {floor} 高于总层数 {total}。请改正，或说明情况（如跃层）。"),
    "check.sole_with_several_owners": N_("共有方式是“单独所有”，却登记了 {count} 位权利人。请改正，或说明情况。"),
    "check.coowner_missing": N_("共有方式是“{coown}”，却只登记了一位权利人。请补登其他共有人，或说明情况。"),
    "check.lessor_missing": N_("公房没有填写出租（产权）单位。请补填，或说明情况。"),
    "check.certificate_missing": N_("权属状况是“有证”，却没有权证号。请补登权证，或说明情况（如证件不在手边）。"),
    "check.nobody_lives_here": N_("居住状况是“{status}”，却没有登记常住人口。请补登居住的人，或说明情况。"),
    "check.cert_date_in_future": N_("登记日期晚于今天，请对照权证改正。"),
    "check.use_differs": N_("{part}批准用途是“{approved}”，实际用途是“{actual}”。请核对，并说明情况（如住改商）。"),
    "check.build_year_in_future": N_("建成年份 {year} 晚于今年，请改正。"),
    "check.build_year_too_early": N_("建成年份 {year} 太早，请改正。"),
    "check.built_after_certificate": N_("建成年份 {year} 晚于权证登记年份 {since}。请核对，或说明情况（如翻建）。"),
    "check.area_negative": N_("{part}的面积不能是负数，请改正。"),
    "check.inner_above_gross": N_("{part}的套内面积 {inner} ㎡ 大于建筑面积 {gross} ㎡，请改正。"),
    "check.area_difference": N_(
        "{part}证载面积 {certified} ㎡，实测面积 {measured} ㎡，相差过大。请复核，或说明情况并登记面积争议。"
    ),
    "check.area_missing": N_("{part}没有任何面积。请补填，或说明情况。"),
    "check.name_missing": N_("第 {position} 位人员没有姓名，请补填，或删除这一行。"),
    "check.same_id_twice": N_("{name}的证件号码与本表另一人相同。同一个人只登记一行、可选多个身份，请改正。"),
    "check.birth_date_in_future": N_("{name}的出生日期晚于今天，请改正。"),
    "check.birth_date_not_of_id": N_("{name}的出生日期与身份证号码不一致，请对照证件改正。"),
    "check.sex_not_of_id": N_("{name}的性别与身份证号码不一致，请对照证件改正。"),
    "check.id_of_15_digits": N_("{name}的身份证是 15 位旧号码，已按规则换算成 18 位，请对照新证核对。"),
    "check.id_no_missing": N_("{name}没有证件号码。请补填，或说明情况。"),
    "check.same_id_elsewhere": N_("{name}的证件号码在其他户也有登记：{doors}。请核对，或说明情况（如名下多套房）。"),
    "check.same_phone_elsewhere": N_("{name}的电话号码已出现在 {count} 户。请核对，或说明情况。"),
    "check.guardian_missing": N_("权利人{name}未满 18 周岁，没有填写监护人。请补填，或说明情况。"),
    "check.heir_note_missing": N_("权利人{name}已去世，权属状况仍是“有证”。请填写继承人情况，或说明情况。"),
    "check.authorisation_incomplete": N_(
        "代理人{name}的授权委托书缺少事项、权限、期限或委托人签名。请补齐，或说明情况。"
    ),
    "check.authorisation_ended": N_("代理人{name}的授权委托书已经到期。请更新，或说明情况。"),
    "check.proof_missing": N_("{name}有低保、特困或残疾标记，没有登记证明材料。请补登，或说明情况。"),
    "check.green_channel": N_("{name}年满 80 周岁或有残疾，按绿色通道上门办理。"),
    "check.share_missing": N_("按份共有，{name}的份额没有填写。请补填，或说明情况。"),
    "check.share_form": N_("{name}的份额不对：分子、分母都要填写，且分子不大于分母，如 1/2。"),
    "check.shares_not_one": N_("按份共有，各权利人的份额之和是 {total}，应当等于 1。请改正。"),
    "check.signed_by_non_owner": N_("同意由{name}签字，但本人不是权利人，也没有完整的授权委托书。请补齐，或说明情况。"),
    "check.joint_owner_not_signed": N_("共同共有须全体共有人同意，尚未签字：{names}。请补签，或说明情况。"),
    "check.least_area": N_("唯一住房且面积 {area} ㎡ 低于 {least} ㎡，可能适用最低面积补偿。"),
    "check.visit_two_surveyors": N_("入户必须由两名不同的调查员进行，请选择另一位调查员。"),
    "check.visit_ends_before_start": N_("结束时间早于开始时间，请改正。"),
    "check.visit_in_future": N_("入户时间晚于现在，请改正。"),
    "check.visit_long_ago": N_("入户时间早于{year}年，请检查年份。"),
    "check.visit_hours": N_("入户时间在 {begin}–{end} 之外，请确认已征得住户同意。"),
    "check.visit_day_off": N_("{day} 是周末或节假日，请确认已征得住户同意。"),
    # assignment
    "assignment.two_surveyors": N_("入户须两人同行，请至少选两名调查员（或全部取消选择以清空分配）。"),
    # database
    "database.busy": N_("系统正忙，这次没有保存。请稍等几秒再试，您填写的内容仍在页面上。"),
    "database.not_migrated": N_("数据库还没有建立，或者不是当前版本的表。请先运行 ruhu migrate。"),
    # project
    "project.code_taken": N_("项目编号“{code}”已存在，请换一个编号。"),
    "project.unknown": N_("没有编号为“{code}”的项目。请用 ruhu create-project 新建，或检查编号。"),
    "project.code_form": N_("项目编号只能用字母、数字、短横线和下划线，最多 20 个字符。"),
    # building
    "building.taken": N_("{building}已存在，请勿重复添加。"),
    "building.door_taken": N_("{door}已属于另一户（{dossier_no}），请先核实。"),
    "building.door_unknown": N_("没有找到门牌“{door}”，请检查楼栋、单元和房号。"),
    "building.unit_not_yours": N_("这个单元没有分给您，请核对单元号，或请组长添加。"),
    "building.door_exists": N_("{door}已经在楼盘表里，请勿重复添加。"),
    "building.door_last": N_("一户至少要有一个门牌，不能移除最后一个。"),
    # sheet
    "sheet.conflict": N_("{count} 项内容在您填写期间已被{by}修改，请逐项选择保留哪一个。您填的内容没有丢失。"),
    "sheet.field_unknown": N_("表中没有名为“{name}”的项目，请刷新页面后重试。"),
    "sheet.value_form": N_("“{label}”的内容“{value}”格式不对，请改正。"),
    "sheet.locked": N_("该户状态为“{state}”，不能直接修改。如需更正，请由项目办填写理由后更正。"),
    "sheet.signed": N_("被调查人已签字，修改后必须重新签字。请使用“更正”并写明理由。"),
    "sheet.correction_reason": N_("更正已审核的记录必须写明理由。"),
    "sheet.base_unknown": N_("您打开的版本 {base} 不存在，请刷新页面后重试。"),
    "sheet.draft_form": N_("自动保存的内容格式不对，没有保存。请刷新页面后重试。"),
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
    # job (long work)
    "job.already_open": N_("这项任务已经提交，正在处理。请在“后台任务”中查看进度。"),
    "job.database_busy": N_("数据库一直繁忙，任务没有完成，没有写入任何内容。请稍后重新提交。"),
    "job.disk_full": N_("服务器磁盘空间不足，任务没有完成，没有写入任何内容。请联系系统管理员清理后重新提交。"),
    "job.in_final_step": N_("正在写入数据库，不能再取消，请等待完成。"),
    "job.over": N_("任务已经结束，不能取消。"),
    "job.permission_ended": N_("您已没有进行这项操作的权限，任务没有执行。如有需要，请联系项目办。"),
    "job.result_expired": N_("文件已到期删除。如仍需要，请重新提交。"),
    "job.result_missing": N_("没有找到生成的文件，请重新提交；再次出现请联系系统管理员。"),
    "job.stopped_in_parts": N_("任务中途停止：写好的户已经保留，其余的没有写入。请打开结果核对，再次确认就接着写。"),
    "job.unexpected": N_(
        "程序出现意外错误，任务没有完成，没有写入任何内容。请稍后重新提交；再次出现请联系系统管理员。"
    ),
    "job.worker_died": N_("处理程序连续 {count} 次在这项任务上中断，已停止重试，没有写入任何内容。请联系系统管理员。"),
    # person
    "person.reveal_reason": N_("查看完整号码必须写明理由，系统会记录。"),
    # export
    "export.clear_forbidden": N_("您没有导出完整证件号和电话的权限。请取消勾选，或联系项目办导出。"),
    "export.reason": N_("导出完整证件号和电话必须写明用途（至少 4 个字），将记入操作日志。"),
    "export.ledger_forbidden": N_("这本台账含健康和困难情况，您没有查看的权限。需要时请联系项目办。"),
    "export.ledger_unknown": N_("没有名为“{name}”的台账。可用的台账：{known}。"),
    "export.notice_unknown": N_("没有名为“{name}”的文书。可用的文书：{known}。"),
    "export.no_households": N_("“{where}”没有可打印的户。请检查楼栋号，或先导入花名册。"),
    "export.nothing_to_say": N_("所选的户没有可填进《{title}》的内容，不需要打印。"),
    "export.no_answered_objection": N_(
        "这一户没有已答复的面积、产权诉求，没有可以告知的内容，没有打印。请先在“诉求”里登记诉求并填写答复。"
    ),
    "export.no_open_matter": N_(
        "按登记表，这一户没有尚待核实的事项，没有可以告知的内容，没有打印。请先在登记表里填写权属状况、证号、未登记部位等。"
    ),
    "export.no_unregistered_part": N_("按登记表，这一户没有未登记的部位，不需要认定，没有打印。"),
    "export.left_out": N_("{count} 户没有可打印的内容，没有打印《{title}》，也没有给文号。"),
    "export.lacking_glyphs": N_(
        "{paper}：本机的字体里没有 {characters}，打印出来是空白方框。请装上含有这些字的字体后重新打印，不要手工改成别的字。"
    ),
    "export.no_open_round": N_("没有正在进行的征询轮次。请先在“征询”里开启一轮，再打印票。"),
    "export.no_closed_round": N_("还没有结束的征询轮次。请先结束一轮，再打印结果公告。"),
    "export.nothing_passed": N_("还没有项目办审核通过的户，不能公示调查结果。"),
    "export.no_appraiser": N_("还没有住户表达评估机构意向，不能打印选定通知。"),
    "posting.home_number": N_("{door}的公示内容里有证件号或电话号码。请先在登记表里改到对应的栏目，再打印公示。"),
    "posting.home_health": N_(
        "{door}的公示内容里有健康或低保等情况，不能公示。请先在登记表里改到对应的栏目，再打印公示。"
    ),
    "posting.home_identical": N_("有 {count} 组户掩码以后完全相同，居民无法分辨：{doors}。请先核对门牌，再打印公示。"),
    "export.folder": N_("不能写入“{file}”。请检查文件夹是否存在、是否有写入权限。"),
    "export.too_many": N_("一次最多打印 {most} 户，这里有 {count} 户。请按单元分次打印。"),
    # delivery
    "delivery.in_future": N_("送达时间晚于现在，请改正。"),
    "delivery.recipient_missing": N_("请填写由谁签收。"),
    "delivery.relation_missing": N_("代收的，请写明与受送达人的关系。"),
    "delivery.servers_missing": N_("直接送达、留置送达要有两名送达人。请填写送达人2。"),
    "delivery.servers_equal": N_("送达人1和送达人2是同一个人。请填写另一名送达人的姓名。"),
    "delivery.still_served": N_("留置和公告做了就是送达。没有送到的，送达方式请选当时用的（直接、邮寄、委托、电子）。"),
    "delivery.unserved_note": N_("没有送到的原因选了“其他”，请写明是什么情况。"),
    "delivery.electronic_agreed": N_(
        "“{name}”没有登记过同意电子送达。请先取得本人同意，在调查表“人口”里登记“同意电子送达”，或者改用其他方式。"
    ),
    "delivery.number_of_other": N_("文号“{number}”是《{notice}》的，不是这份文书的。请改选文书，或者改正文号。"),
    "delivery.which_number": N_("这一户打印过几份《{notice}》：{numbers}。请填写送的是哪一份的文号。"),
    "delivery.left_reason": N_("留置送达要写明拒收的事由。"),
    "delivery.left_evidence": N_("留置送达要有见证人，或者拍照留证。请补上其中一项。"),
    "delivery.number_missing": N_("邮寄送达请填写快递（挂号信）单号。"),
    "delivery.place_missing": N_("请填写在哪里送达。"),
    "delivery.announced_place": N_("公告送达请填写公告张贴或者刊登在哪里。"),
    # matter, signal, quality (what a person should look at)
    "matter.changed": N_("您看的时候又有了新的情况，没有保存。请看过现在的内容再写。"),
    "signal.own": N_("这里涉及您本人的入户或记录，请由其他组长或项目办查看。"),
    "signal.hours": N_("{start} 至 {end} 入户，在约定时间以外，没有写原因（{result}）。"),
    "signal.hours_reason": N_("{start} 至 {end} 入户，在约定时间以外（{result}）。写明的原因：{reason}。"),
    "signal.often": N_("{first} 到 {last} 有人应门的入户共 {count} 次，其中有 7 天超过 {most} 次。"),
    "signal.flip": N_("{visit} 入户，{given} 由“{before}”改为“{after}”。"),
    "signal.withdrawn": N_("{visit} 入户，{given} 撤回了“{before}”。"),
    "signal.rate_high": N_(
        "走访的 {whole} 户已表态，其中 {part} 户同意（{share}）；项目里其他户是 {others}，明显偏高。"
    ),
    "signal.rate_low": N_(
        "走访的 {whole} 户已表态，其中 {part} 户同意（{share}）；项目里其他户是 {others}，明显偏低。"
    ),
    "signal.short": N_("{start} 入户，结果为“完成”，用时 {minutes} 分钟。"),
    "signal.overlap": N_("{one} 在一户，{two} 在另一户，时间重叠。"),
    "signal.phone": N_("同一个电话登记在 {count} 户。"),
    "signal.paper": N_("{count} 户的签字页是完全相同的文件。"),
    "signal.agent": N_("同名的代理人为 {count} 户表态或签字。"),
    "quality.visit_missing": N_("调查表已提交（{state}），却没有一次做了调查的入户记录。请补录入户，或退回核实。"),
    "quality.vacant_lived": N_("居住状况是“空置”，却登记了 {count} 名常住人口。请核对改其中一项。"),
    "quality.nobody_lives": N_("居住状况是“自住”，却没有登记常住人口。请补登人口，或改居住状况。"),
    "quality.deceased_signed": N_(
        "已登记为去世的权利人名下有签字（{day}）。请核对是不是由他人代签，或签字在去世以前。"
    ),
    "quality.speaker_gone": N_("有表态的人现在不是调查表里的权利人。请核对权利人，或重新征询。"),
    "quality.certificate_missing": N_("权属状况是“有证”，却没有权证号。请补登，或改权属状况。"),
    "quality.same_id": N_("同一证件号登记在 {count} 户。名下多套房屋的，请核实后写明属实。"),
    "quality.same_id_lives": N_("同一证件号在 {count} 户登记，并且不止一户写着常住。人口会重复计算，请改正其中一户。"),
    "quality.same_id_names": N_("同一证件号在 {count} 户登记，姓名却不同。至少一处有误，请对照证件改正。"),
    "quality.same_cert": N_("同一权证号登记在 {count} 户。一证多户的，请核实后写明属实。"),
    "quality.same_door": N_("{door}登记了两户。请核实是不是同一户，是就合并。"),
    "quality.door_gap": N_("{unit}单元的门牌有规律，缺 {rooms}。请到现场核对，补上门牌，或写明为什么没有。"),
    "quality.unit_missing": N_("这栋楼其他门牌有单元，{count} 个门牌没有写单元。请补上单元。"),
    "quality.shares": N_("按份共有，各权利人的份额之和不是 1，或者有人没有填份额。请对照权证改正。"),
    "quality.cert_sum": N_("各权证面积之和 {certificates}㎡，与各部位证载面积之和 {parts}㎡ 不相等。请对照权证改正。"),
    "quality.area_off": N_("{part}证载 {certified}㎡，实测 {measured}㎡，相差超过项目的界限。请复核测量，写明原因。"),
    # recheck
    "recheck.nobody": N_("还没有已提交的户可以抽查。有户提交以后再来。"),
    "recheck.own_work": N_("您走访过这一户或填写过它的调查表，不能由您抽查。请由其他人员抽查。"),
    "recheck.no_answer": N_("请至少回答一个问题；没有联系上的，请选“没有联系上”。"),
    "recheck.difference_missing": N_("“{question}”不一致，请写明住户怎么说。"),
    "recheck.reached": N_("这一户在这次抽查里已经核对过，不能再记为“没有联系上”。核对时写错的，请再记一次“已核对”。"),
    "recheck.note_missing": N_("没有联系上时，请写明怎么联系的（去了几次、打了几次电话）。"),
    # device (tablets)
    "device.code_unknown": N_("登记码不对，或者已经用过。请核对后重输，或请项目办重新出一个。"),
    "device.code_expired": N_("登记码已过期（{minutes} 分钟有效）。请项目办重新出一个。"),
    "device.revoked": N_("这台平板已停用，不能再出登记码。请重新登记一台。"),
    "device.not_field_work": N_("{name}在本项目中没有入户的角色，不能登记平板。请先在“项目人员”里设置角色。"),
    # sync (what tablets send)
    "sync.about_unknown": N_("所指的征询轮次、表态或材料不存在，没有写入。请在平板上同步后重做。"),
    "sync.accept_correction": N_("该户调查表已经提交，只有项目办能以“更正”接受这条记录。"),
    "sync.batch_form": N_("一次最多发送 {most} 条记录，内容格式应符合接口说明。"),
    "sync.blob_missing": N_("照片还没有传到，请先同步照片。"),
    "sync.blob_piece": N_("照片分块的大小或位置不对，请重新上传。"),
    "sync.drop_reason": N_("放弃一条记录必须写明原因。"),
    "sync.event_foreign": N_("这条记录的编号已被另一台平板使用，没有写入。"),
    "sync.event_form": N_("记录的“{name}”格式不对，没有写入。请更新平板应用后重做。"),
    "sync.fault": N_("服务器处理这条记录时出错，记录仍保存在平板上，稍后会自动重发。"),
    "sync.form_unknown": N_("调查表的版本 {version} 服务器不认识，请更新平板应用。"),
    "sync.held_edition": N_(
        "这份调查表用的是旧版表格，已过项目办规定的接受日期。记录已保留，等项目办处理；请更新平板应用。"
    ),
    "sync.held_household": N_("这一户还在等待项目办确认，这条记录随它一起保留。"),
    "sync.held_not_assigned": N_("这一户已经不由您负责，记录已保留，等项目办或组长处理。"),
    "sync.held_not_permitted": N_("您现在的角色不能做这一项，记录已保留，等项目办或组长处理。"),
    "sync.held_removed": N_("这一户已被移除，记录已保留，等项目办处理。"),
    "sync.held_revoked": N_("这台平板已被停用，记录已保留，等项目办处理。"),
    "sync.household_unknown": N_("没有找到这一户，没有写入。请在平板上同步后重做。"),
    "sync.not_held": N_("这条记录已经处理过了，请刷新页面。"),
    "sync.not_submitted": N_("已保存，但还不能提交：{count} 处需要处理。"),
    "sync.not_json": N_("内容不是 JSON 对象，没有写入。"),
    "sync.too_big": N_("一次最多发送 {kilobytes} KB，请分几次发送。"),
    "sync.refused": N_("有内容需要改正，没有写入。"),
    # handover (the file that a tablet writes when it cannot get on-line)
    "handover.not_export": N_("这不是平板导出的文件。请选择平板上“导出到文件”得到的那个文件。"),
    "handover.damaged": N_("文件已损坏或没有传完整。请从平板重新复制，或重新导出。"),
    "handover.closed": N_("打不开这个文件：它是为另一套系统导出的，或者内容被改动过。请核对平板是在哪里登记的。"),
    "handover.version": N_("这个文件的格式（第 {version} 版）比本系统新，请先升级本系统。"),
    "recovery.late": N_("登记码用过已经超过 {minutes} 分钟。请项目办为这台平板再出一个新的登记码。"),
    "recovery.other_device": N_(
        "这个登记码不是为这台平板出的，打不开原来的资料。请项目办在“平板”里打开这台平板，点“出新登记码”。"
    ),
    "recovery.closed": N_("本系统打不开这台平板的资料：它是在另一套系统里登记的，或者内容已损坏。"),
    "handover.device_unknown": N_("文件来自本项目没有登记过的平板，没有导入。请核对是不是选错了项目。"),
    # document
    "document.none": N_("请选择要上传的照片或文件。"),
    "document.empty": N_("文件是空的，请重新选择。"),
    "document.too_big": N_("文件超过 {megabytes} MB，请压缩后重新上传。"),
    "document.kind": N_("这不是能识别的图片或 PDF。请上传 JPEG、PNG、WebP 图片，或 PDF 文件。"),
    "document.heic": N_("这是 HEIC 图片，系统无法读取。请在相机设置里选“兼容性最佳（JPEG）”，或转换后重新上传。"),
    "document.too_many_pixels": N_("图片超过 {most} 万像素，请缩小后重新上传。"),
    "document.damaged": N_("文件已损坏或没有传完整，请在本机能正常打开后重新上传。"),
    "document.encrypted": N_("PDF 设有密码，系统无法读取。请取消密码后重新上传。"),
    "document.too_many_pages": N_("PDF 超过 {most} 页，请拆分后分别上传。"),
    "document.missing": N_("这份材料的文件不在存放处，请联系系统管理员。"),
    "document.remove_reason": N_("请写明为什么移除这份材料。"),
    # household
    "household.transition": N_("“{state}”状态的户不能进行“{action}”。请刷新页面查看最新状态。"),
    "household.own_work": N_("您填写过这一户，不能由您本人审核。请由其他人员审核。"),
    "household.return_reason": N_("退回时必须写明原因，以便调查员改正。"),
    "household.not_signed": N_("还没有被调查人签字（或拒签及见证人）记录，不能确认。"),
    "household.merge_changed": N_("您核对期间，两户中有一户又有新的修改，请重新核对。"),
    "household.merge_locked": N_(
        "{dossier_no} 的调查表已经提交或通过审核，不能写入另一户的内容。请先退回或重新打开它，再来合并。"
    ),
    "household.merge_signed": N_(
        "{dossier_no} 的调查表已签字，不能写入另一户的内容。要么各处都保留它的；要么先修改它（退回后修改，或“更正”；改后要重新签字），再来合并。"
    ),
    "household.merge_signed_both": N_(
        "两户的调查表都已签字，不能合并。请先修改不保留的那一户（退回后修改，或“更正”），写明与另一户重复，再来合并。"
    ),
    "household.merge_signed_other": N_(
        "{dossier_no} 的调查表已签字，不能并入另一户。请改为保留 {dossier_no}，把另一户并入。"
    ),
    "household.merge_waiting": N_("{dossier_no} 还有没有处理的平板记录。请先在“待处理”里处理完，再来合并。"),
    "household.duplicate_door": N_("{door}已登记为另一户，请从楼盘表进入该户。"),
    # briefing
    "briefing.in_future": N_("宣讲时间晚于现在，请改正。"),
    "briefing.nobody": N_("请至少勾选一户。"),
    "briefing.not_published": N_("这个政策版本还没有发布，不能据此宣讲。请先由项目办发布，或改选已发布的版本。"),
    "briefing.point_unknown": N_("勾选的要点不属于这个政策版本，请刷新页面后重新勾选。"),
    "briefing.points_missing": N_("请勾选讲解过的要点，至少一项。"),
    # consent
    "consent.agent_missing": N_("由代理人表态时，请选择代理人，或填写姓名并选择授权委托书。"),
    "consent.already_given": N_("{name}在本轮已经表态“{choice}”。如要变更，请写明原因：原表态会作为撤回保留在记录里。"),
    "consent.authorisation_ended": N_("代理人{name}的授权委托书已于 {until} 到期，不能代为表态。请先更新授权委托书。"),
    "consent.authorisation_incomplete": N_(
        "代理人{name}的授权委托书不完整（须有事项、权限、期限和委托人签名），请先在调查表中补齐。"
    ),
    "consent.authorisation_unknown": N_("没有找到所选的授权委托书，请先在本户材料中上传。"),
    "consent.before_round": N_("表态日期早于本轮开始日期（{day}），请改正。"),
    "consent.before_word": N_("撤回时间早于表态时间，请改正。"),
    "consent.evidence_unknown": N_("没有找到所选的凭证材料，请重新选择。"),
    "consent.in_future": N_("时间晚于现在，请改正。"),
    "consent.minor": N_("{name}未满 18 周岁，须由监护人代为表态。请按代理填写监护人和凭证。"),
    "consent.not_briefed": N_("本户还没有听过现行版本的政策宣讲。请先宣讲并记录；确实不能先宣讲的，请写明原因。"),
    "consent.not_owner": N_("只有权利人（公房为承租人）可以表态。请先在调查表中核对权利人。"),
    "consent.not_proxy": N_("由代理人表态时，方式请选“代理”。"),
    "consent.not_standing": N_("这条表态已经撤回或变更过，不能再次撤回。请刷新页面查看最新记录。"),
    "consent.owner_deceased": N_("{name}已登记为去世，不能表态。请先按继承情况更新调查表中的权利人。"),
    "consent.reason_missing": N_("选择“{choice}”时，请勾选原因或写明条件。"),
    "consent.round_closed": N_("这一轮征询已经结束，不能再记录或撤回表态。"),
    "consent.withdraw_reason": N_("撤回或变更表态必须写明原因。"),
    # policy
    "policy.attachment_pdf": N_("附件请上传 PDF 文件。照片或 Word 文件请先另存为 PDF。"),
    "policy.change_note_missing": N_("发布新版本前，请写明与上一版相比改了什么。"),
    "policy.draft_exists": N_("这份政策已经有一个未发布的草稿（第 {number} 版），请继续修改它。"),
    "policy.points_missing": N_("请至少写一条要点（每行一条），宣讲时逐条讲解。"),
    "policy.published": N_("第 {number} 版已经发布，不能再修改。如需更改，请新建一个版本。"),
    "policy.text_missing": N_("请填写政策正文后再发布。"),
    # request
    "request.closed": N_("这条诉求已经办结，不能再修改。"),
    "request.in_future": N_("日期晚于今天，请改正。"),
    "request.before_received": N_("日期早于受理日期，请改正。"),
    "request.reply_missing": N_("请先填写答复内容，再办结。"),
    # signature
    "signature.in_future": N_("签字时间晚于现在，请改正。"),
    "signature.no_sheet": N_("这一户还没有填写调查表，没有可以签字的内容。"),
    "signature.other_version": N_("签字时的第 {version} 版已改为第 {current} 版。请打印新版本重新签字。"),
    "signature.merged": N_("这一户已并入 {dossier_no}，签字时的内容不是它的调查表。请同步后在那一户重新签字。"),
    "signature.evidence_missing": N_("请上传签字页的照片或扫描件。"),
    "signature.refuse_reason": N_("请写明拒绝签字的原因。"),
    "signature.refuse_witness": N_("拒绝签字要有与本项目没有利害关系的见证人，请填写见证人姓名和单位。"),
    "signature.witness_is_signer": N_("见证人不能是签字人本人，请改正。"),
    "signature.refuse_role": N_("只有被调查人或代理人才登记拒签，请改正签字人身份。"),
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
    "roster.closed": N_("这次导入{state}，不能再修改。如需再次导入，请重新上传文件。"),
    "roster.co_owners_joined": N_("{door}与{where}是同一户，已合并为一户的多位产权人，请核对。"),
    "roster.column_guessed": N_("“{header}”一列暂按“{field}”读取，请确认。"),
    "roster.damaged": N_("文件已损坏或没有传完整，请在电脑上能正常打开后重新上传。"),
    "roster.date_form": N_("日期“{value}”无法确定到月和日，未导入，请写成 2003-05-01。"),
    "roster.date_month": N_("日期“{value}”只有年月，按当月 1 日导入，请核对。"),
    "roster.date_range": N_("日期“{value}”不在合理范围，未导入，请核对。"),
    "roster.differs": N_("{field}：入户核实为“{old}”，花名册为“{new}”。已保留入户核实的内容。"),
    "roster.differs_door": N_("花名册把{door}列为同一户，系统中不是。已保留系统中的内容，请核实后在档案中添加门牌。"),
    "roster.doors_are_one": N_("系统中{doors}为同一户（{dossier_no}），花名册分为几行。已保留系统中的内容，请核实。"),
    "roster.door_other_household": N_("{door}在系统中属于另一户（{dossier_no}），与本行其他门牌不是同一户，请先核实。"),
    "roster.door_twice": N_("{door}还出现在{where}，内容互相矛盾，无法判断哪一行正确，请改正后重新导入。"),
    "roster.doors_joined": N_("与第{first}行同属一位产权人且面积合并填写，已作为一户多个门牌（打通）读取，请核对。"),
    "roster.empty": N_("文件里没有任何住户数据，请检查是否选错了文件。"),
    "roster.encrypted": N_("文件设有打开密码，系统无法读取。请取消密码后重新上传。"),
    "roster.entities": N_("文件中含有不允许的外部声明（DTD），已拒绝读取。请用 Excel 或 WPS 另存为 .xlsx 后重新上传。"),
    "roster.file_missing": N_("请先选择要导入的花名册文件。"),
    "roster.copy_failed": N_("标注副本没有生成。请按页面上列出的行号和列号在原文件中修改。"),
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
    # round
    "round.closed": N_("这一轮征询已经结束。"),
    "round.policy_unpublished": N_("所选政策还没有发布的版本，请先发布政策再开始征询。"),
    "round.threshold_form": N_("比例请写成分数，分子大于 0 且不大于分母，例如 2/3；没有规定比例的留空。"),
    # visit
    "visit.hours_reason": N_("入户时间在 {begin}–{end} 之外，请写明原因（例如住户约定）。"),
    "visit.next_missing": N_("约定改期时，请填写下次入户的时间。"),
    "visit.next_too_early": N_("下次入户时间应当晚于本次结束时间，请改正。"),
    "visit.note_missing": N_("结果为“{result}”时，请在备注里写明情况。"),
    "visit.surveyor_unknown": N_("所选调查员不在本项目中，请重新选择。"),
    # wording
    "wording.address": N_(
        "引用了模板以外的内容“{address}”。文书只能用系统自带的样式和二维码，不能引用图片、字体和网址，请删去。"
    ),
    "wording.block": N_("不能新增或改名区块“{name}”，只能有 title、sheets、notice 三个区块。"),
    "wording.busy": N_("正忙，请稍后再试：系统正在试排另一份模板。"),
    "wording.built_in_use": N_("这种文书现在就用内置模板打印。"),
    "wording.division_by_zero": N_("除数是零，请先判断再相除。"),
    "wording.failed": N_("试排时出错，请检查这一行的写法（{detail}）。"),
    "wording.forbidden": N_("不能这样写（{what}）。只能使用“可以写的内容”里列出的内容和写法。"),
    "wording.frame": N_("开头的 extends 语句不能删改，它引用的是 {frame}。"),
    "wording.in_use": N_("第{number}版正在使用。"),
    "wording.lost_notices": N_("排出来的份数不对。不能隐藏整份文书。"),
    "wording.lost_number": N_("第一页印出来没有文号，请保留正文前的文号 notice.document_no。"),
    "wording.lost_page_number": N_("有的页没有页码，请保留页码。"),
    "wording.lost_title": N_("第一页印出来没有标题“{title}”，请保留标题：核验二维码的网页显示的是这个名称。"),
    "wording.no_notice": N_("没有名为 notice 的区块，正文要写在里面。"),
    "wording.no_value": N_("没有名为“{name}”的内容，请对照“可以写的内容”改正。"),
    "wording.other_file": N_("不能引用其他模板，只能从 {macros} 取用现成的段落。"),
    "wording.other_qr": N_("二维码里只能是户编号、预约网址或者核验网址，不能是别的内容，请改用 notice.dossier_no。"),
    "wording.page_size": N_("第{page}页的纸张大小不对：不能小于 100 毫米、大于 430 毫米，也不能设出血。"),
    "wording.reserved": N_("“{name}”由系统填写，不能用作自己的名称，请换一个。"),
    "wording.syntax": N_("写法不对，请检查花括号、百分号和引号是否成对（{detail}）。"),
    "wording.too_deep": N_("嵌套太深，请减少层次，检查有没有自己调用自己的段落。"),
    "wording.too_large": N_("模板超过 {most} KB，请删减。"),
    "wording.too_many_lines": N_("模板超过 {most} 行，请删减。"),
    "wording.too_much": N_("排出来的内容太多，已停止，请检查循环和表格。"),
    "wording.too_slow": N_("排版用的时间太长，已停止，请检查循环和表格。"),
    "wording.unchanged": N_("与第{number}版完全相同，没有保存新的版本。"),
    "wording.unclosed": N_("“{name}”语句没有结束，请补上“end{name}”。"),
    "wording.unknown_filter": N_("没有名为“{name}”的写法，竖线后面可以写：{known}。"),
    "wording.unknown_name": N_("没有名为“{name}”的内容，可能要写的是：{near}。"),
    "wording.unknown_tag": N_("不认识“{name}”语句，请检查拼写。"),
    "wording.wrong_type": N_("值的种类不对，不能这样计算或者套用，请检查这一行。"),
}


def sentence(code: str, /, **params: object) -> str:
    """The Chinese sentence of a code, with its values filled in. Raises KeyError for a code without a sentence."""
    return MESSAGES[code].format(**params)
