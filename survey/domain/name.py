"""Names as they are compared and searched: one form for all the ways of writing, pieces, and readings of surnames.

The pinyin of ordinary characters comes from a dictionary in `survey.services.pinyin`; here stand only the surnames that
dictionaries misread, for a surname often has a reading of its own (曾 is zeng and not ceng).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from survey.domain.mask import COMPOUND_SURNAMES

_DOTS = dict.fromkeys(map(ord, "•‧・･．∙⋅"), "·")
_ZEROS = dict.fromkeys(map(ord, "〇○◯"), "零")
_TRADITIONAL = (
    "張陳劉楊黃趙吳孫馬鄭謝許韓馮鄧蕭蔣葉蘇盧賈譚鄒陸顧龍萬錢湯嚴賴龔國華偉強軍紅麗蘭鳳雲貴東義慶榮愛寶傑"
    "勝鵬輝學書興來會燦詩詠談論議誠謙讚維綱網純紀約級細終組結統經綠緒線緣縣總績繼續飛魚鳥鶴鷹黨齊齡龜銀鐵"
    "鋼鋒鎮鏡長門開間關聞閱陽陰隊際雙雜難電靈韋頁頂順須預領頭題顏願風飯飲館饒駿驕驗體魯鮑麥壽夢將專對導歲"
    "師帥帶廠廣應彌彥徑從復戀戰戲擇擊據擴時晉曉樂樓樣標樹橋機權歐歡歷殘氣漢漸潔潤濟濤灣滿災爾獎獻現環瑪瑤"
    "產畢畫異當療發盡監眾禮禎種積穎穩窮競筆節簡籃糧糾絲聖聲職聯腦臨舉舊艷藝藥薩虛蟲術衛補視覺觀計記訓誌認"
    "語說請諸諾證識譽讓財貝貞貢責貨費賀賢賓賜賽贊趕躍車軒載輕輪輯辦農連進運過達遠適選還邊郵鄉鄔鄺醫針鈞鈺"
    "鈴鋪鍾鑒閃閔閻闊隨飄馳駱"
)
_SIMPLIFIED = (
    "张陈刘杨黄赵吴孙马郑谢许韩冯邓萧蒋叶苏卢贾谭邹陆顾龙万钱汤严赖龚国华伟强军红丽兰凤云贵东义庆荣爱宝杰"
    "胜鹏辉学书兴来会灿诗咏谈论议诚谦赞维纲网纯纪约级细终组结统经绿绪线缘县总绩继续飞鱼鸟鹤鹰党齐龄龟银铁"
    "钢锋镇镜长门开间关闻阅阳阴队际双杂难电灵韦页顶顺须预领头题颜愿风饭饮馆饶骏骄验体鲁鲍麦寿梦将专对导岁"
    "师帅带厂广应弥彦径从复恋战戏择击据扩时晋晓乐楼样标树桥机权欧欢历残气汉渐洁润济涛湾满灾尔奖献现环玛瑶"
    "产毕画异当疗发尽监众礼祯种积颖稳穷竞笔节简篮粮纠丝圣声职联脑临举旧艳艺药萨虚虫术卫补视觉观计记训志认"
    "语说请诸诺证识誉让财贝贞贡责货费贺贤宾赐赛赞赶跃车轩载轻轮辑办农连进运过达远适选还边邮乡邬邝医针钧钰"
    "铃铺钟鉴闪闵阎阔随飘驰骆"
)
_FOLD = str.maketrans(dict(zip(map(ord, _TRADITIONAL), _SIMPLIFIED, strict=True))) | _DOTS | _ZEROS
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_NOT_NAME = re.compile(r"[^\w]+")

SURNAME_READINGS: dict[str, tuple[str, ...]] = {
    name: tuple(reading.split())
    for name, reading in {
        "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "区": "ou", "盖": "ge", "查": "zha", "任": "ren",
        "朴": "piao", "员": "yun", "贠": "yun", "折": "she", "繁": "po", "翟": "zhai", "覃": "qin", "秘": "bi",
        "冼": "xian", "洗": "xian", "缪": "miao", "乐": "yue", "召": "shao", "种": "chong", "黑": "he", "晁": "chao",
        "佘": "she", "逄": "pang", "谌": "chen", "隗": "wei", "柏": "bai", "薄": "bo", "卜": "bu", "车": "che",
        "都": "du", "贾": "jia", "角": "jue", "阚": "kan", "祭": "zhai", "句": "gou", "过": "guo", "华": "hua",
        "哈": "ha", "郇": "huan", "郗": "xi", "应": "ying", "於": "yu", "俞": "yu", "宁": "ning", "甯": "ning",
        "曲": "qu", "沈": "shen", "石": "shi", "盛": "sheng", "殷": "yin", "幺": "yao", "呙": "guo", "藏": "zang",
        "撒": "sa", "郝": "hao", "牟": "mu", "燕": "yan", "相": "xiang", "那": "na", "尉": "wei",
        "宓": "mi", "纪": "ji", "藉": "ji", "庾": "yu", "褚": "chu", "乜": "nie", "尹": "yin", "褟": "ta",
        "尉迟": "yu chi", "万俟": "mo qi", "长孙": "zhang sun", "澹台": "tan tai", "令狐": "ling hu",
        "夏侯": "xia hou", "鲜于": "xian yu", "颛孙": "zhuan sun", "亓官": "qi guan", "宰父": "zai fu",
        "单于": "chan yu", "乐正": "yue zheng", "谷梁": "gu liang", "尉犁": "yu li", "叶赫": "ye he",
    }.items()
}  # fmt: skip
"""Surname -> its syllables without tones. Source: readings of surnames in 《现代汉语词典》 (unverified)."""


@lru_cache(maxsize=65536)
def normal_text(text: str) -> str:
    """A text in the one form in which texts are compared: half-width, lower case, simplified, no spaces.

    Rule: (house) NFKC, casefold; 〇 and ○ are 零, every dot between names is ·, common traditional characters become
    simplified, variation selectors vanish. Rare characters of planes 2 and 3 stay what they are.
    """
    folded = _SELECTORS.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return "".join(folded.split()).translate(_FOLD)


def name_pieces(name: str, longest: int = 2) -> tuple[str, ...]:
    """Every run of one to `longest` neighbouring characters of a name, each once; dots and blanks are no characters.

    Rule: (house) Chinese names are searched by their pieces: a full-text index by threes finds no name of two.
    """
    letters = _NOT_NAME.sub("", normal_text(name))
    pieces = (
        letters[start : start + length]
        for length in range(1, min(longest, len(letters)) + 1)
        for start in range(len(letters) - length + 1)
    )
    return tuple(dict.fromkeys(pieces))


def surname_of(name: str) -> str:
    """The surname: two characters for the compound ones (欧阳), else the first; "" for an empty name.

    Rule: (house) a list of compound surnames; two characters alone are surname and given name.
    """
    letters = normal_text(name)
    if len(letters) >= 3 and (letters[:2] in COMPOUND_SURNAMES or letters[:2] in SURNAME_READINGS):
        return letters[:2]
    return letters[:1]


def surname_reading(name: str) -> tuple[str, ...] | None:
    """The syllables of a surname that dictionaries misread; None where the ordinary reading is right.

    Rule: (house) a table of surnames with readings of their own.
    """
    return SURNAME_READINGS.get(surname_of(name))
