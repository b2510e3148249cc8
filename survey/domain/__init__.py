"""The subject: what is true of a 入户摸底调查 before a neighbourhood is rebuilt, whoever asks and wherever it is kept.

Standard library only: no database, no pages, no clock (today is always given), no files. Each rule names its source in
its docstring (`Rule:`), refuses with a `DomainError` that carries a code, and the Chinese sentence to the code stands in
`survey.domain.message`. What differs between places is a setting of the project (`survey.domain.settings`).

Words, one for each idea, the same in code, tables and addresses:

agent          代理人      acts for an owner with a written authorisation (授权委托书)
assignment     分配        a building or stairwell given to a surveyor
briefing       宣讲        a version of the policy explained to somebody, with questions and answers
building       楼栋        has stairwells (unit, 单元), floors and doors
certificate    权证        不动产权证, 房产证, 土地证; a household may have several
choice         表态        what one owner says in a round: 同意, 不同意, 有条件同意, 弃权
consent        意愿记录    a choice as it was given, never changed; withdrawing is a new record
correction     更正        a change of an approved sheet, with its reason; both versions are kept
delivery       送达        a paper handed to somebody, and how
door           门牌        one dwelling (房屋); two knocked into one (打通) are two doors of one household
dossier        档案        everything about one household (一户一档), under its 户编号
draft          草稿        what is typed and not yet saved as a version
finding        提示        what a check says of a sheet: 错误 (hard), 提醒 (warning), 标记 (flag)
household      户          counted by certificate or determination; neither the door nor the family of the 户口簿
owner          权利人      holds the dwelling, alone or with others; shares are fractions
part           部位        a piece of the dwelling with areas and a use of its own: 主房, 储藏间, 阁楼 ...
person         人员        owner, tenant, agent, heir, resident: one row a person, who may be several of them
policy         政策        a document in versions; one version is in force
project        项目        one neighbourhood to be rebuilt
request        诉求        something a household asks for, with an answer by a day
returned       退回        sent back by the group (组审) or the office (项目办), with the reason
reveal         查看明文    one number of one person shown in clear, and noted in the log
roster         花名册      the office's own table of homes in Excel (底册)
round          征询轮次    a question to all owners: 摸底意愿, 方案征求意见 ...
sheet          调查表      the survey form of one household as it was filled; versions are kept whole
signature      签字        by the respondent, two surveyors, a witness; a refusal is recorded too
stairwell      单元        the order in which a surveyor walks
surveyor       调查员      always two at a door
tenant         承租人      of public housing, or of the owner
visit          入户        two surveyors, a beginning, an end, a result
will           意愿        the attitude written on the sheet (摸底): not a choice in a round
wording        文书模板    the template of a notice: the built-in one, or a version of the office's own

`area` is square metres with two decimals, `share` a Fraction, money Decimal yuan, `_on` a date, `_at` an aware time.
"""
