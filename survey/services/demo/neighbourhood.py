"""An invented neighbourhood: buildings, homes and the people in them, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from survey.domain import codes
from survey.domain.identity import check_digit
from survey.domain.sheet import (
    Certificate,
    DecorationItem,
    DesiredLayout,
    Fixture,
    Part,
    Person,
    Sheet,
    replace_rows,
)

APPRAISERS = ("", "鲁东评估", "正源评估", "齐信评估")  # invented, as everybody here
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎单解仇盖查"
)
COMPOUND = ("欧阳", "诸葛", "司马", "上官")
GIVEN_M = "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林国建志海"
GIVEN_F = "芳娜敏静丽艳娟霞秀燕红玲梅莉兰英洁琳雪慧婷玉萍倩颖君华云"
RARE = ("䶮", "㛃", "𬭚", "𣸣", "堃", "喆", "旻")
MINORITY = ("买买提·艾力", "阿依古丽·吐尔逊")
LAYOUTS = (
    # certified area, rooms, halls, baths
    (Decimal("52.30"), 1, 1, 1),
    (Decimal("61.85"), 2, 1, 1),
    (Decimal("74.12"), 2, 1, 1),
    (Decimal("85.20"), 3, 1, 1),
    (Decimal("96.44"), 3, 1, 1),
    (Decimal("112.70"), 3, 2, 2),
)
SMALL = Decimal("41.60")


@dataclass(frozen=True, slots=True)
class Home:
    """A dwelling at a door, as it would be found on a visit, and as the roster knows it.

    oddity  what is unusual here: "", joined, attic, storeroom, duplex, deceased, abroad, several, public, shop,
            disputed_area, two_certificates, minority, rare_name, small, vacant, refuses
    """

    building_no: str
    unit_no: str
    floor_no: int
    room_no: str
    oddity: str
    found: Sheet
    roster: Sheet


@dataclass(frozen=True, slots=True)
class Block:
    """A building of the neighbourhood."""

    no: str
    units: int
    floors: int
    build_year: int

    @property
    def address(self) -> str:
        return f"东营区颐园小区{self.no}号楼"


def make_blocks(rng: random.Random, households: int) -> list[Block]:
    """Buildings of 4 to 6 storeys, two doors a landing, until there is room for that many households."""
    blocks: list[Block] = []
    room = 0
    while room < households:
        block = Block(str(len(blocks) + 1), rng.choice((2, 3, 3, 4)), rng.choice((4, 5, 6, 6, 6)), 0)
        block = replace(block, build_year=rng.choice(range(1984, 1999)))
        blocks.append(block)
        room += block.units * block.floors * 2
    return blocks


def make_homes(seed: int, households: int) -> Iterator[tuple[Block, list[Home]]]:
    """The buildings with their homes, in stairwell order; `households` homes in all."""
    rng = random.Random(seed)
    people = _People(rng)
    left = households
    for block in make_blocks(rng, households):
        homes = []
        for unit in range(1, block.units + 1):
            for floor in range(1, block.floors + 1):
                for side in (1, 2):
                    if left:
                        left -= 1
                        homes.append(_home(rng, people, block, str(unit), floor, side))
        yield block, homes


class _People:
    """Gives out invented people; each has a number of their own."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.count = 0
        self.landlord: Person | None = None

    def name(self, male: bool, surname: str = "") -> str:
        rng = self.rng
        if not surname:
            surname = rng.choice(COMPOUND) if rng.random() < 0.01 else rng.choice(SURNAMES)
        given = GIVEN_M if male else GIVEN_F
        return surname + "".join(rng.choice(given) for _ in range(rng.choice((1, 2, 2))))

    def person(self, *, born_from: int, born_to: int, male: bool, surname: str = "", **values: object) -> Person:
        self.count += 1
        rng = self.rng
        birth = date(rng.randint(born_from, born_to), 1, 1) + timedelta(days=rng.randrange(365))
        sequence = (self.count * 2 + male) % 1000
        first = f"379900{birth:%Y%m%d}{sequence:03d}"
        made = Person(
            uid=f"d{self.count:07d}",
            full_name=self.name(male, surname),
            id_type=codes.IdType.RESIDENT,
            id_no=first + check_digit(first),
            phone=f"120{self.count % 100_000_000:08d}",
            sex=codes.Sex.MALE if male else codes.Sex.FEMALE,
            birth_date=birth,
            ethnicity="01",
            hukou_here=True,
            lives_here=True,
        )
        return replace(made, **values)  # type: ignore[arg-type]


ODDITIES = (
    ("attic", 0.012), ("storeroom", 0.03), ("duplex", 0.006), ("deceased", 0.015), ("abroad", 0.008),
    ("several", 0.012), ("public", 0.03), ("shop", 0.012), ("disputed_area", 0.03), ("two_certificates", 0.008),
    ("minority", 0.003), ("rare_name", 0.008), ("small", 0.02), ("vacant", 0.05), ("refuses", 0.02),
)  # fmt: skip


def _oddity(rng: random.Random, block: Block, floor: int, side: int) -> str:
    if block.no in ("3", "11") and floor == 2 and side == 1:
        return "joined"
    if floor == block.floors and rng.random() < 0.1:
        return "attic"
    roll = rng.random()
    for name, share in ODDITIES:
        roll -= share
        if roll < 0:
            return name if name not in ("attic",) or floor == block.floors else ""
    return ""


def _home(rng: random.Random, people: _People, block: Block, unit: str, floor: int, side: int) -> Home:
    oddity = _oddity(rng, block, floor, side)
    area, rooms, halls, baths = rng.choice(LAYOUTS)
    if oddity == "small":
        area, rooms, halls, baths = SMALL, 1, 0, 1
    room_no = f"{floor}0{side}"
    married_at = block.build_year
    male = rng.random() < 0.75
    owner = people.person(
        born_from=1936, born_to=1978, male=male,
        roles=(codes.PersonRole.OWNER, codes.PersonRole.RESIDENT), relation=codes.Relation.SELF,
        marital=codes.Marital.MARRIED,
    )  # fmt: skip
    if oddity == "rare_name":
        owner = replace(owner, full_name=owner.full_name[0] + rng.choice(RARE))
    if oddity == "minority":
        owner = replace(owner, full_name=rng.choice(MINORITY), ethnicity="05")
    household = [owner, *_family(rng, people, owner)]
    measured = area + Decimal(rng.randint(-40, 60)) / 100
    if oddity == "disputed_area":
        measured = area + Decimal("4.35")
    cert_no = f"东营市房权证东营区字第{rng.randint(100000, 999999)}号"
    cert_type = codes.CertType.HOUSE
    cert_date = date(married_at + rng.randint(4, 12), rng.randint(1, 12), rng.randint(1, 28))
    if rng.random() < 0.45:
        cert_date = date(rng.randint(2016, 2024), rng.randint(1, 12), rng.randint(1, 28))
        cert_no = f"鲁（{cert_date.year}）东营市不动产权第{rng.randint(1, 99999):07d}号"
        cert_type = codes.CertType.REALTY
    main = Part(
        uid="main", kind=codes.PartKind.MAIN, legality=codes.Legality.REGISTERED, part_cert_no=cert_no,
        area_cert_m2=area, area_cert_inner_m2=(area * Decimal("0.86")).quantize(Decimal("0.01")), area_meas_m2=measured,
        use_approved=codes.Use.DWELLING_SET, use_actual=codes.Use.DWELLING_SET, structure=codes.Structure.MIXED,
        build_year=block.build_year, balcony_m2=Decimal("3.60"),
    )  # fmt: skip
    sheet = Sheet(
        address=f"{block.address}{unit}单元{room_no}室", address_on_cert=f"东营区颐园路18号{block.no}幢{unit}单元{room_no}",
        total_floors=block.floors, floor_no=floor,
        tenure_type=rng.choice((codes.Tenure.REFORM_FULL, codes.Tenure.REFORM_FULL, codes.Tenure.COMMERCIAL,
                                codes.Tenure.COLLECTIVE_FUNDED)),
        property_class=codes.PropertyClass.PRIVATE, title_status=codes.TitleStatus.CERTIFIED,
        coown_type=codes.Coown.SOLE, mortgage=codes.TriState.NO, seizure=codes.TriState.NO,
        residence_right=codes.TriState.NO, objection=codes.TriState.NO, lease_status=codes.Lease.OWNER_LIVES,
        land_owner_type=codes.LandOwner.STATE, land_source=codes.LandSource.ALLOCATED, only_home=rng.random() < 0.7,
        certificates=(Certificate(uid="cert", cert_type=cert_type, cert_no=cert_no, cert_date=cert_date,
                                  cert_area_m2=area),),
        layout_type=codes.LayoutType.FLAT, rooms=rooms, halls=halls, kitchens=1, baths=baths,
        orientation=rng.choice((codes.Orientation.SOUTH, codes.Orientation.NORTH_SOUTH)),
        newness_pct=rng.choice((60, 65, 70, 75)), hazard_grade=codes.Hazard.B,
        decoration=rng.choice((codes.Decoration.SIMPLE, codes.Decoration.SIMPLE, codes.Decoration.FINE)),
        meter_water=f"S{rng.randint(10**6, 10**7 - 1)}", meter_power=f"D{rng.randint(10**6, 10**7 - 1)}",
        parts=(main,), fixtures=_fixtures(rng), persons=tuple(household),
    )  # fmt: skip
    sheet = _decorated(rng, sheet)
    sheet = _with_oddity(rng, people, oddity, sheet, block, floor)
    sheet = _with_wishes(rng, sheet, oddity)
    return Home(block.no, unit, floor, room_no, oddity, sheet, _as_roster(sheet))


def _family(rng: random.Random, people: _People, owner: Person) -> list[Person]:
    """Spouse, children, a parent: whoever lives with the owner."""
    assert owner.birth_date is not None
    resident = (codes.PersonRole.RESIDENT,)
    born = owner.birth_date.year
    family: list[Person] = []
    if rng.random() < 0.7:
        family.append(
            people.person(
                born_from=born - 3,
                born_to=born + 5,
                male=owner.sex is codes.Sex.FEMALE,
                roles=resident,
                relation=codes.Relation.SPOUSE,
                marital=codes.Marital.MARRIED,
            )
        )
    surname = owner.full_name[:2] if owner.full_name[:2] in COMPOUND else owner.full_name[0]
    for _child in range(rng.choice((0, 1, 1, 1, 2))):
        male = rng.random() < 0.5
        family.append(
            people.person(
                born_from=born + 23,
                born_to=min(born + 33, 2022),
                male=male,
                surname=surname,
                roles=resident,
                relation=codes.Relation.SON if male else codes.Relation.DAUGHTER,
                hukou_here=rng.random() < 0.6,
                lives_here=rng.random() < 0.5,
            )
        )
    return family


def _tagged(rng: random.Random, sheet: Sheet) -> Sheet:
    """Mark the aged, and a few in low income or with a disability, who then show a proof."""
    persons = []
    for person in sheet.persons:
        tags = set(person.special_tags)
        proof = person.proof_note
        if person.birth_date and person.birth_date.year <= 1945:
            tags.add(codes.SpecialTag.AGED)
            if len(sheet.persons) == 1:
                tags.add(codes.SpecialTag.LIVES_ALONE)
        roll = rng.random()
        if roll < 0.01:
            tags.add(codes.SpecialTag.LOW_INCOME)
            proof = "低保证复印件"
        elif roll < 0.02:
            tags.add(rng.choice((codes.SpecialTag.DISABLED_2, codes.SpecialTag.DISABLED_3)))
            proof = "残疾人证复印件"
        order = list(codes.SpecialTag)
        persons.append(replace(person, special_tags=tuple(sorted(tags, key=order.index)), proof_note=proof))
    return replace_rows(sheet, persons=persons)


def _fixtures(rng: random.Random) -> tuple[Fixture, ...]:
    kinds = ((codes.FixtureKind.AIR_CONDITIONER, (1, 2, 2, 3)), (codes.FixtureKind.WATER_HEATER, (1,)),
             (codes.FixtureKind.BROADBAND, (1,)), (codes.FixtureKind.SOLAR, (0, 0, 1)),
             (codes.FixtureKind.SECURITY_WINDOW, (0, 6, 9)), (codes.FixtureKind.CABLE_TV, (0, 1)))  # fmt: skip
    counted = [(kind, Decimal(rng.choice(numbers))) for kind, numbers in kinds]
    return tuple(
        Fixture(uid=f"f{number}", fixture_kind=kind, quantity=count.quantize(Decimal("0.01")))
        for number, (kind, count) in enumerate(counted, 1)
        if count
    )


def _decorated(rng: random.Random, sheet: Sheet) -> Sheet:
    if sheet.decoration is not codes.Decoration.FINE:
        return sheet
    items = (
        DecorationItem(uid="i1", item="实木地板", item_quantity=Decimal("38.00"), item_unit="㎡",
                       item_price_yuan=Decimal("210.00")),
        DecorationItem(uid="i2", item="整体橱柜", item_quantity=Decimal("3.60"), item_unit="延米",
                       item_price_yuan=Decimal("1580.00")),
    )  # fmt: skip
    return replace_rows(sheet, decoration_items=items[: rng.choice((1, 2))])


def _with_oddity(rng: random.Random, people: _People, oddity: str, sheet: Sheet, block: Block, floor: int) -> Sheet:
    owner = sheet.persons[0]
    if rng.random() < 0.25 and oddity in ("", "disputed_area") and len(sheet.persons) > 1:
        sheet = _shared(sheet)
        owner = sheet.persons[0]
    if oddity == "attic":
        attic = Part(uid="attic", kind=codes.PartKind.ATTIC, legality=codes.Legality.PENDING,
                     area_unreg_m2=Decimal("18.40"), area_meas_m2=Decimal("0.00"), use_actual=codes.Use.DWELLING,
                     structure=codes.Structure.MIXED, build_year=block.build_year + 6, part_note="顶层加建阁楼，无证")  # fmt: skip
        sheet = replace_rows(sheet, parts=(*sheet.parts, attic))
    elif oddity == "storeroom":
        store = Part(uid="store", kind=codes.PartKind.STORAGE, legality=codes.Legality.REGISTERED,
                     area_cert_m2=Decimal("8.50"), area_meas_m2=Decimal("8.50"), use_approved=codes.Use.OTHER,
                     use_actual=codes.Use.OTHER, structure=codes.Structure.MIXED, build_year=block.build_year)  # fmt: skip
        cert = Certificate(uid="cert2", cert_type=codes.CertType.HOUSE, cert_area_m2=Decimal("8.50"),
                           cert_no=f"东营市房权证东营区字第{rng.randint(100000, 999999)}-1号")  # fmt: skip
        sheet = replace_rows(sheet, parts=(*sheet.parts, store), certificates=(*sheet.certificates, cert))
    elif oddity == "duplex":
        sheet = replace(sheet, floor_note=f"{floor}-{floor + 1}层跃层", layout_type=codes.LayoutType.MAISONETTE)
    elif oddity == "deceased":
        heir = people.person(born_from=1962, born_to=1980, male=True, roles=(codes.PersonRole.HEIR,),
                             relation=codes.Relation.SON, hukou_here=False, lives_here=False)  # fmt: skip
        gone = replace(owner, deceased=True, lives_here=False, roles=(codes.PersonRole.OWNER,),
                       heir_note=f"2021年去世，继承人{heir.full_name}等，尚未办理继承登记")  # fmt: skip
        sheet = replace_rows(sheet, persons=(gone, *sheet.persons[1:], heir))
        sheet = replace(sheet, title_status=codes.TitleStatus.INHERITED)
    elif oddity == "abroad":
        agent = people.person(
            born_from=1965, born_to=1985, male=False, roles=(codes.PersonRole.AGENT,), hukou_here=False,
            lives_here=False, agent_for=owner.full_name, authorisation_matter="房屋改造调查、意愿表达",
            authorisation_power="特别授权", authorisation_until=date(2027, 12, 31), authorisation_signed=True,
        )  # fmt: skip
        away = replace(owner, id_type=codes.IdType.PASSPORT, id_no=f"E{people.count:08d}", lives_here=False,
                       current_addr="加拿大多伦多", phone="", roles=(codes.PersonRole.OWNER,))  # fmt: skip
        sheet = replace_rows(sheet, persons=(away, agent))
        sheet = replace(sheet, lease_status=codes.Lease.LENT)
    elif oddity == "several":
        if people.landlord is None:
            people.landlord = owner
        other = replace(people.landlord, uid=owner.uid, lives_here=False, hukou_here=False,
                        roles=(codes.PersonRole.OWNER,))  # fmt: skip
        tenant = people.person(born_from=1985, born_to=2001, male=True, roles=(codes.PersonRole.TENANT,),
                               hukou_here=False)  # fmt: skip
        sheet = replace_rows(sheet, persons=(other, tenant))
        sheet = replace(sheet, lease_status=codes.Lease.RENTED, rent_yuan_month=Decimal("1200.00"), only_home=False)
    elif oddity == "public":
        tenant = replace(owner, roles=(codes.PersonRole.TENANT, codes.PersonRole.RESIDENT))
        sheet = replace_rows(sheet, persons=(tenant, *sheet.persons[1:]))
        sheet = replace(sheet, tenure_type=codes.Tenure.UNIT_MANAGED, property_class=codes.PropertyClass.STATE_UNIT,
                        lease_status=codes.Lease.PUBLIC_TENANCY, lessor="胜利机械厂房产科", coown_type=None,
                        rent_yuan_month=Decimal("86.00"))  # fmt: skip
    elif oddity == "shop":
        main = replace(sheet.parts[0], use_actual=codes.Use.COMMERCE)
        sheet = replace_rows(sheet, parts=(main, *sheet.parts[1:]))
        sheet = replace(sheet, note="一层临街，经营小超市，有营业执照")
    elif oddity == "two_certificates":
        half = Certificate(uid="cert2", cert_type=codes.CertType.HOUSE, cert_area_m2=Decimal("20.00"),
                           cert_no=f"东营市房权证东营区字第{rng.randint(100000, 999999)}号")  # fmt: skip
        sheet = replace_rows(sheet, certificates=(*sheet.certificates, half))
    elif oddity == "vacant":
        persons = [replace(person, lives_here=False) for person in sheet.persons]
        sheet = replace_rows(replace(sheet, lease_status=codes.Lease.VACANT), persons=persons)
    elif rng.random() < 0.12:
        tenant = people.person(born_from=1980, born_to=2002, male=rng.random() < 0.5, hukou_here=False,
                               roles=(codes.PersonRole.TENANT,))  # fmt: skip
        persons = [*(replace(person, lives_here=False) for person in sheet.persons), tenant]
        sheet = replace_rows(sheet, persons=persons)
        sheet = replace(sheet, lease_status=codes.Lease.RENTED, rent_yuan_month=Decimal(rng.choice((900, 1100, 1500))))
    if rng.random() < 0.05:
        sheet = replace(sheet, mortgage=codes.TriState.YES, mortgage_detail="工商银行东营分行，2019年起")
    return _tagged(rng, sheet)


def _shared(sheet: Sheet) -> Sheet:
    """Owner and the next adult hold the home by shares, half each."""
    first, second = sheet.persons[:2]
    both = (codes.PersonRole.OWNER, codes.PersonRole.RESIDENT)
    if second.birth_date is None or second.birth_date.year > 2005:
        return sheet
    persons = (
        replace(first, share_num=1, share_den=2),
        replace(second, roles=both, share_num=1, share_den=2),
        *sheet.persons[2:],
    )
    return replace(replace_rows(sheet, persons=persons), coown_type=codes.Coown.SHARES)


def _with_wishes(rng: random.Random, sheet: Sheet, oddity: str) -> Sheet:
    if oddity == "refuses":
        return replace(sheet, renewal_will=codes.Will.DISAGREE, will_reason=(codes.WillReason.DISTRUST,),
                       comp_mode=codes.CompMode.UNDECIDED)  # fmt: skip
    will = rng.choices(
        (codes.Will.AGREE, codes.Will.CONDITIONAL, codes.Will.DISAGREE, codes.Will.UNDECIDED), (62, 20, 8, 10)
    )[0]
    mode = rng.choices((codes.CompMode.SWAP, codes.CompMode.MONEY, codes.CompMode.MIXED, codes.CompMode.UNDECIDED),
                       (58, 22, 8, 12))[0]  # fmt: skip
    reasons: tuple[codes.WillReason, ...] = ()
    if will in (codes.Will.CONDITIONAL, codes.Will.DISAGREE):
        reasons = (rng.choice(list(codes.WillReason)[:7]),)
    wanted = ()
    if mode in (codes.CompMode.SWAP, codes.CompMode.MIXED):
        wanted = (DesiredLayout(uid="w1", layout=rng.choice(("两室一厅", "三室一厅", "三室两厅")),
                                area_band=rng.choice(("80—90㎡", "90—110㎡", "110—130㎡")), layout_count=1,
                                floor_wish=rng.choice(("低层", "中间楼层", "不限")), elevator=True),)  # type: ignore[assignment] # fmt: skip
    return replace(
        sheet, renewal_will=will, will_reason=reasons, comp_mode=mode, desired_layouts=wanted,
        appraiser_choice=APPRAISERS[len(sheet.persons) % len(APPRAISERS)],
        resettle_place=codes.ResettlePlace.ON_SITE if mode is not codes.CompMode.MONEY else None,
        transit_mode=codes.TransitMode.SELF, move_mode=codes.MoveMode.SELF,
    )  # fmt: skip


def _as_roster(sheet: Sheet) -> Sheet:
    """What the office's roster knows of a home: door, owner, certificate, area, structure, year."""
    owners = [person for person in sheet.persons if person.is_owner] or [sheet.persons[0]]
    main = sheet.parts[0]
    return Sheet(
        address=sheet.address, total_floors=sheet.total_floors, floor_no=sheet.floor_no, tenure_type=sheet.tenure_type,
        certificates=sheet.certificates[:1],
        parts=(Part(uid=main.uid, kind=main.kind, legality=main.legality, area_cert_m2=main.area_cert_m2,
                    use_approved=main.use_approved, structure=main.structure, build_year=main.build_year),),
        persons=tuple(Person(uid=owner.uid, full_name=owner.full_name, roles=(codes.PersonRole.OWNER,)
                             if owner.is_owner else (codes.PersonRole.TENANT,), id_type=owner.id_type,
                             id_no=owner.id_no, phone=owner.phone, sex=owner.sex, birth_date=owner.birth_date)
                      for owner in owners),
    )  # fmt: skip
