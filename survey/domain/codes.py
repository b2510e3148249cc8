"""The code lists (代码表) of the survey: what is stored, and the Chinese word that people read.

Where a national standard gives a code, the code is stored; elsewhere an English word. The label is the source text
of the catalogue: pages translate it, ledgers and notices print it as it stands.
"""

from __future__ import annotations

from enum import StrEnum

from survey.domain.message import N_


class Code(StrEnum):
    """A member of a code list: a string (the stored value) with a Chinese `label`."""

    label: str

    def __new__(cls, value: str, label: str = "") -> Code:
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value
        return member


def label_of(codes: type[Code], value: str | None) -> str:
    """The Chinese word for a stored value; "" for None or "", the value itself when the list does not know it."""
    if not value:
        return ""
    try:
        return codes(value).label
    except ValueError:
        return value


# --- 1.2 title and encumbrance ----------------------------------------------------------------------------------


class Tenure(Code):
    """产权性质."""

    COMMERCIAL = "commercial", N_("商品房")
    REFORM_FULL = "reform_full", N_("房改房（成本价）")
    REFORM_PARTIAL = "reform_partial", N_("房改房（标准价/部分产权）")
    AFFORDABLE = "affordable", N_("经济适用房")
    COLLECTIVE_FUNDED = "collective_funded", N_("集资建房")
    PUBLIC_MANAGED = "public_managed", N_("直管公房")
    UNIT_MANAGED = "unit_managed", N_("单位自管公房")
    RESETTLEMENT = "resettlement", N_("安置房")
    SELF_BUILT = "self_built", N_("自建房")
    NO_TITLE = "no_title", N_("无证房")
    OTHER = "other", N_("其他")


PUBLIC_RENTAL = frozenset({Tenure.PUBLIC_MANAGED, Tenure.UNIT_MANAGED})


class PropertyClass(Code):
    """产别. Source: GB/T 17986.1 (code numbers unverified)."""

    STATE = "10", N_("国有房产")
    STATE_MANAGED = "11", N_("直管产")
    STATE_UNIT = "12", N_("自管产")
    MILITARY = "13", N_("军产")
    COLLECTIVE = "20", N_("集体所有房产")
    PRIVATE = "30", N_("私有房产")
    PRIVATE_PARTIAL = "31", N_("部分产权")
    JOINT = "40", N_("联营企业房产")
    STOCK = "50", N_("股份制企业房产")
    HMT = "60", N_("港澳台投资房产")
    FOREIGN = "70", N_("涉外房产")
    OTHER = "80", N_("其他房产")


class TitleStatus(Code):
    """权属状况."""

    CERTIFIED = "certified", N_("有证")
    BOUGHT_UNREGISTERED = "bought_unregistered", N_("已购未办证")
    INHERITED = "inherited", N_("继承未过户")
    SOLD_UNREGISTERED = "sold_unregistered", N_("买卖未过户")
    DIVORCED = "divorced", N_("离婚分割未变更")
    DISPUTED = "disputed", N_("权属争议")
    NONE = "none", N_("无证")


class CertType(Code):
    """权证类型."""

    REALTY = "realty", N_("不动产权证")
    HOUSE = "house", N_("房屋所有权证")
    LAND = "land", N_("土地使用权证")
    DETERMINATION = "determination", N_("认定书")
    OTHER = "other", N_("其他")


class Coown(Code):
    """共有方式."""

    SOLE = "0", N_("单独所有")
    JOINT = "1", N_("共同共有")
    SHARES = "2", N_("按份共有")
    OTHER = "3", N_("其它共有")


class TriState(Code):
    """有/无/不详."""

    YES = "yes", N_("有")
    NO = "no", N_("无")
    UNKNOWN = "unknown", N_("不详")


class Lease(Code):
    """居住（租赁）状况."""

    OWNER_LIVES = "owner_lives", N_("自住")
    RENTED = "rented", N_("出租")
    LENT = "lent", N_("出借")
    VACANT = "vacant", N_("空置")
    PUBLIC_TENANCY = "public_tenancy", N_("公房承租")


class LandOwner(Code):
    """土地性质."""

    STATE = "state", N_("国有")
    COLLECTIVE = "collective", N_("集体")


class LandSource(Code):
    """土地来源."""

    GRANTED = "granted", N_("出让")
    ALLOCATED = "allocated", N_("划拨")
    LEASED = "leased", N_("租赁")


# --- 1.3 the building ---------------------------------------------------------------------------------------------


class PartKind(Code):
    """部位."""

    MAIN = "main", N_("主房")
    BASEMENT = "basement", N_("地下室")
    STORAGE = "storage", N_("储藏间")
    GARAGE = "garage", N_("车库")
    ATTIC = "attic", N_("阁楼")
    ADDITION = "addition", N_("加建/自建")
    OTHER = "other", N_("其他")


class Legality(Code):
    """合法性."""

    REGISTERED = "registered", N_("合法登记")
    PENDING = "pending", N_("待认定")
    FOUND_LEGAL = "found_legal", N_("认定合法")
    FOUND_ILLEGAL = "found_illegal", N_("认定违法")
    TEMPORARY_VALID = "temporary_valid", N_("未超期临建")
    TEMPORARY_EXPIRED = "temporary_expired", N_("超期临建")
    SELF_REMOVED = "self_removed", N_("自行拆除")


class Use(Code):
    """房屋用途. Source: GB/T 17986.1."""

    DWELLING = "10", N_("住宅")
    DWELLING_SET = "11", N_("成套住宅")
    DWELLING_NON_SET = "12", N_("非成套住宅")
    DORMITORY = "13", N_("集体宿舍")
    INDUSTRY = "20", N_("工业交通仓储")
    FACTORY = "21", N_("工业")
    UTILITIES = "22", N_("公用设施")
    RAILWAY = "23", N_("铁路")
    AVIATION = "24", N_("民航")
    SHIPPING = "25", N_("航运")
    BUS = "26", N_("公交运输")
    WAREHOUSE = "27", N_("仓储")
    BUSINESS = "30", N_("商业金融信息")
    COMMERCE = "31", N_("商业服务")
    TRADE = "32", N_("经营")
    TOURISM = "33", N_("旅游")
    FINANCE = "34", N_("金融保险")
    TELECOM = "35", N_("电讯信息")
    EDUCATION_HEALTH = "40", N_("教育医疗卫生科研")
    EDUCATION = "41", N_("教育")
    MEDICAL = "42", N_("医疗卫生")
    RESEARCH = "43", N_("科研")
    CULTURE = "50", N_("文化娱乐体育")
    CULTURE_HALL = "51", N_("文化")
    NEWS = "52", N_("新闻")
    ENTERTAINMENT = "53", N_("娱乐")
    GARDENS = "54", N_("园林绿化")
    SPORT = "55", N_("体育")
    OFFICE = "60", N_("办公")
    MILITARY = "70", N_("军事")
    OTHER = "80", N_("其他")
    FOREIGN = "81", N_("涉外")
    RELIGION = "82", N_("宗教")
    PRISON = "83", N_("监狱")


class Structure(Code):
    """建筑结构."""

    STEEL = "1", N_("钢结构")
    STEEL_CONCRETE = "2", N_("钢、钢筋混凝土结构")
    REINFORCED = "3", N_("钢筋混凝土结构")
    MIXED = "4", N_("混合（砖混）结构")
    BRICK_WOOD = "5", N_("砖木结构")
    OTHER = "6", N_("其他结构")


class Orientation(Code):
    """朝向."""

    SOUTH = "S", N_("南")
    NORTH = "N", N_("北")
    EAST = "E", N_("东")
    WEST = "W", N_("西")
    NORTH_SOUTH = "NS", N_("南北")
    EAST_WEST = "EW", N_("东西")
    SOUTH_EAST = "SE", N_("东南")
    SOUTH_WEST = "SW", N_("西南")
    NORTH_EAST = "NE", N_("东北")
    NORTH_WEST = "NW", N_("西北")


class LayoutType(Code):
    """户型结构."""

    FLAT = "flat", N_("平层")
    SPLIT = "split", N_("错层")
    DUPLEX = "duplex", N_("复式")
    MAISONETTE = "maisonette", N_("跃层")


class Hazard(Code):
    """危房等级. Source: JGJ 125."""

    A = "A", N_("A级")
    B = "B", N_("B级")
    C = "C", N_("C级")
    D = "D", N_("D级")


class Decoration(Code):
    """装修."""

    BARE = "bare", N_("毛坯")
    SIMPLE = "simple", N_("简装")
    FINE = "fine", N_("精装")
    LUXURY = "luxury", N_("豪装")


class FixtureKind(Code):
    """附属物."""

    AIR_CONDITIONER = "air_conditioner", N_("空调（台）")
    WATER_HEATER = "water_heater", N_("热水器（台）")
    SOLAR = "solar", N_("太阳能（台）")
    BROADBAND = "broadband", N_("宽带（户）")
    CABLE_TV = "cable_tv", N_("有线电视（户）")
    LANDLINE = "landline", N_("固定电话（部）")
    SECURITY_WINDOW = "security_window", N_("防盗窗（㎡）")
    CARPORT = "carport", N_("车棚（㎡）")
    STORAGE_SHED = "storage_shed", N_("储藏室（㎡）")
    TREE = "tree", N_("树木（棵）")
    OTHER = "other", N_("其他")


# --- 1.4 people ---------------------------------------------------------------------------------------------------


class PersonRole(Code):
    """身份: what a person is to the dwelling. One person can be several."""

    OWNER = "owner", N_("权利人")
    TENANT = "tenant", N_("承租人")
    AGENT = "agent", N_("代理人")
    HEIR = "heir", N_("继承人")
    RESIDENT = "resident", N_("居住人口")


class IdType(Code):
    """证件类型."""

    RESIDENT = "resident", N_("居民身份证")
    HUKOU = "hukou", N_("户口簿")
    PASSPORT = "passport", N_("护照")
    HK_MACAO_PASS = "hk_macao_pass", N_("港澳居民来往内地通行证")
    TAIWAN_PASS = "taiwan_pass", N_("台湾居民来往大陆通行证")
    HMT_RESIDENCE = "hmt_residence", N_("港澳台居民居住证")
    FOREIGN_RESIDENCE = "foreign_residence", N_("外国人永久居留身份证")
    USCC = "uscc", N_("统一社会信用代码")
    OTHER = "other", N_("其他")


class Sex(Code):
    """性别. Source: GB/T 2261.1."""

    UNKNOWN = "0", N_("未知的性别")
    MALE = "1", N_("男")
    FEMALE = "2", N_("女")
    UNSTATED = "9", N_("未说明的性别")


class Marital(Code):
    """婚姻状况. Source: GB/T 2261.2."""

    SINGLE = "10", N_("未婚")
    MARRIED = "20", N_("已婚")
    WIDOWED = "30", N_("丧偶")
    DIVORCED = "40", N_("离婚")
    UNSTATED = "90", N_("未说明")


class Relation(Code):
    """与户主（产权人）关系. Source: GB/T 4761, one-digit classes (unverified)."""

    SELF = "0", N_("本人/户主")
    SPOUSE = "1", N_("配偶")
    SON = "2", N_("子")
    DAUGHTER = "3", N_("女")
    GRANDCHILD = "4", N_("孙子女/外孙子女")
    PARENT = "5", N_("父母")
    GRANDPARENT = "6", N_("祖父母/外祖父母")
    SIBLING = "7", N_("兄弟姐妹")
    OTHER = "8", N_("其他")


class SpecialTag(Code):
    """特殊情况. Health and welfare facts: entered by the surveyor, read by designated people only (PIPL art 28)."""

    LOW_INCOME = "low_income", N_("低保")
    DESTITUTE = "destitute", N_("特困")
    NEAR_LOW_INCOME = "near_low_income", N_("低保边缘")
    DISABLED_1 = "disabled_1", N_("残疾一级")
    DISABLED_2 = "disabled_2", N_("残疾二级")
    DISABLED_3 = "disabled_3", N_("残疾三级")
    DISABLED_4 = "disabled_4", N_("残疾四级")
    AGED = "aged", N_("高龄（80岁以上）")
    LIVES_ALONE = "lives_alone", N_("独居老人")
    SERIOUSLY_ILL = "seriously_ill", N_("重病")
    LOST_ONLY_CHILD = "lost_only_child", N_("失独")
    MARTYR_FAMILY = "martyr_family", N_("烈属/因公牺牲/病故军人家属")
    DISABLED_SOLDIER = "disabled_soldier", N_("伤残军人")
    PRIVILEGED = "privileged", N_("优抚对象")
    WORKER_IN_NEED = "worker_in_need", N_("困难职工")
    PREGNANT = "pregnant", N_("孕产妇")
    UNATTENDED_MINOR = "unattended_minor", N_("未成年无人照护")
    MENTAL = "mental", N_("精神障碍")


TAGS_NEEDING_PROOF = frozenset(
    {
        SpecialTag.LOW_INCOME,
        SpecialTag.DESTITUTE,
        SpecialTag.NEAR_LOW_INCOME,
        SpecialTag.DISABLED_1,
        SpecialTag.DISABLED_2,
        SpecialTag.DISABLED_3,
        SpecialTag.DISABLED_4,
    }
)
DISABILITY_TAGS = frozenset(
    {SpecialTag.DISABLED_1, SpecialTag.DISABLED_2, SpecialTag.DISABLED_3, SpecialTag.DISABLED_4}
)


ETHNIC_GROUPS = (
    "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 "
    "柯尔克孜 土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 "
    "独龙 鄂伦春 赫哲 门巴 珞巴 基诺"
).split()
ETHNICITIES: dict[str, str] = {
    **{f"{number:02d}": f"{name}族" for number, name in enumerate(ETHNIC_GROUPS, 1)},
    "97": "其他",
    "98": "外国血统中国籍人士",
}
"""民族 code -> name. Source: GB/T 3304-1991: 01 汉 … 56 基诺, 97, 98."""


# --- 1.5 wishes ---------------------------------------------------------------------------------------------------


class Will(Code):
    """改造意愿 (摸底): an attitude, not a ballot."""

    AGREE = "agree", N_("同意")
    DISAGREE = "disagree", N_("不同意")
    CONDITIONAL = "conditional", N_("有条件同意")
    UNDECIDED = "undecided", N_("未表态")
    UNREACHABLE = "unreachable", N_("无法联系")


class WillReason(Code):
    """不同意或附条件的原因."""

    COMPENSATION = "compensation", N_("补偿标准")
    AREA = "area", N_("面积认定")
    PLACE = "place", N_("安置地点")
    TRANSITION = "transition", N_("过渡安排")
    TITLE_DISPUTE = "title_dispute", N_("产权纠纷")
    ELDERLY = "elderly", N_("老人不愿搬")
    DISTRUST = "distrust", N_("不信任")
    OTHER = "other", N_("其他")


class CompMode(Code):
    """安置方式意愿."""

    MONEY = "money", N_("货币补偿")
    SWAP = "swap", N_("产权调换")
    MIXED = "mixed", N_("货币+调换")
    VOUCHER = "voucher", N_("房票")
    HOUSING_SECURITY = "housing_security", N_("住房保障")
    UNDECIDED = "undecided", N_("未定")


class ResettlePlace(Code):
    """安置地点."""

    ON_SITE = "on_site", N_("就地（改建地段）")
    NEARBY = "nearby", N_("就近")
    ELSEWHERE = "elsewhere", N_("异地")


class TransitMode(Code):
    """过渡方式."""

    SELF = "self", N_("自行过渡（临时安置费）")
    TURNOVER = "turnover", N_("周转房")


class MoveMode(Code):
    """搬迁方式."""

    SELF = "self", N_("自行搬迁")
    ASSISTED = "assisted", N_("协助搬迁")


# --- 1.6 visit, briefing, signature, document -----------------------------------------------------------------------


class VisitResult(Code):
    """入户结果."""

    DONE = "done", N_("完成")
    PARTIAL = "partial", N_("部分完成")
    NOBODY_HOME = "nobody_home", N_("无人在家")
    RESCHEDULED = "rescheduled", N_("约定改期")
    REFUSED = "refused", N_("拒访")
    VACANT = "vacant", N_("空置")
    TENANT_ONLY = "tenant_only", N_("租户在（非权利人）")
    WRONG_ADDRESS = "wrong_address", N_("地址不符/无此户")
    DECEASED = "deceased", N_("已故")
    UNREACHABLE = "unreachable", N_("联系不上")
    UNSAFE = "unsafe", N_("安全原因中止")
    OTHER = "other", N_("其他")


MET = frozenset({VisitResult.DONE, VisitResult.PARTIAL, VisitResult.RESCHEDULED, VisitResult.REFUSED})
"""Results of a visit at which somebody entitled was met, whatever they answered."""


class BriefingForm(Code):
    """宣讲形式."""

    AT_HOME = "at_home", N_("入户")
    PHONE = "phone", N_("电话")
    MEETING = "meeting", N_("集中宣讲")
    WECHAT = "wechat", N_("微信")


class Understood(Code):
    """是否听懂."""

    YES = "yes", N_("是")
    PARTLY = "partly", N_("部分")
    NO = "no", N_("否")


class Choice(Code):
    """意愿征询表态: what an owner says in a round. 弃权 takes part but does not agree (民法典 art 278; unverified)."""

    AGREE = "agree", N_("同意")
    DISAGREE = "disagree", N_("不同意")
    CONDITIONAL = "conditional", N_("有条件同意")
    ABSTAIN = "abstain", N_("弃权")


class Channel(Code):
    """参与表决方式."""

    IN_PERSON = "in_person", N_("当面")
    PHONE = "phone", N_("电话")
    WRITTEN = "written", N_("书面")
    ONLINE = "online", N_("线上")
    PROXY = "proxy", N_("代理")


class RoundKind(Code):
    """征询轮次."""

    SOUNDING = "sounding", N_("摸底意愿")
    RENEWAL = "renewal", N_("第一轮（改建意愿）")
    PLAN = "plan", N_("方案征求意见")
    SIGNING = "signing", N_("第二轮（签约）")
    APPRAISER = "appraiser", N_("评估机构选定")


class SignerRole(Code):
    """签字人身份."""

    RESPONDENT = "respondent", N_("被调查人")
    AGENT = "agent", N_("代理人")
    SURVEYOR_1 = "surveyor_1", N_("调查员1")
    SURVEYOR_2 = "surveyor_2", N_("调查员2")
    WITNESS = "witness", N_("见证人")
    COMMUNITY = "community", N_("社区代表")


class DocumentCategory(Code):
    """材料类别."""

    SURVEY = "survey", N_("入户调查档案")
    IDENTITY = "identity", N_("被征收人证件")
    TITLE = "title", N_("房屋证件")
    PHOTO = "photo", N_("房屋照片")
    FLOOR_PLAN = "floor_plan", N_("户型图")
    SURVEYING = "surveying", N_("测绘资料")
    APPRAISAL = "appraisal", N_("评估资料")
    AGREEMENT = "agreement", N_("协议")
    SELECTION = "selection", N_("选房")
    DELIVERY = "delivery", N_("送达凭证")
    AUTHORISATION = "authorisation", N_("授权委托书")
    CONSENT = "consent", N_("意愿征询表")
    OTHER = "other", N_("其他")


class RequestKind(Code):
    """诉求类别."""

    CONSULT = "consult", N_("政策咨询")
    COMPENSATION = "compensation", N_("补偿标准")
    AREA = "area", N_("面积认定")
    TITLE = "title", N_("产权问题")
    RESETTLEMENT = "resettlement", N_("安置问题")
    HARDSHIP = "hardship", N_("困难帮扶")
    COMPLAINT = "complaint", N_("投诉举报")
    OTHER = "other", N_("其他")


class RequestSource(Code):
    """诉求来源: how it came to the office."""

    VISIT = "visit", N_("入户时提出")
    OFFICE = "office", N_("来访")
    PHONE = "phone", N_("来电")
    LETTER = "letter", N_("来信")
    ONLINE = "online", N_("网上")
    TRANSFERRED = "transferred", N_("上级转办")


class Satisfaction(Code):
    """满意度, as the person said when the reply was handed over."""

    SATISFIED = "satisfied", N_("满意")
    FAIR = "fair", N_("基本满意")
    DISSATISFIED = "dissatisfied", N_("不满意")
    NOT_ASKED = "not_asked", N_("未回访")


class Urgency(Code):
    """紧急程度."""

    NORMAL = "normal", N_("一般")
    URGENT = "urgent", N_("紧急")
    CRITICAL = "critical", N_("特急")


class DeliveryMethod(Code):
    """送达方式. By analogy with 民事诉讼法 (2023) arts 87-95."""

    DIRECT = "direct", N_("直接送达")
    LEFT = "left", N_("留置送达")
    MAIL = "mail", N_("邮寄送达")
    ENTRUSTED = "entrusted", N_("委托送达")
    ELECTRONIC = "electronic", N_("电子送达")
    ANNOUNCED = "announced", N_("公告送达")


class UnservedReason(Code):
    """未送达原因: why an attempt to hand a paper over came to nothing."""

    NOBODY_HOME = "nobody_home", N_("无人在家")
    WRONG_ADDRESS = "wrong_address", N_("地址不符")
    UNREACHABLE = "unreachable", N_("联系不上")
    OTHER = "other", N_("其他")
