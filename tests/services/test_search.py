"""One box finds a household by any scrap, within what the person may see, and says why; numbers stay masked."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import select

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.identity import normal_id, normal_phone
from survey.domain.mask import mask_id_no
from survey.domain.name import name_pieces
from survey.domain.search import Clue, ClueKind, cert_terms, parse, pinyin_terms
from survey.domain.sheet import Certificate, Person, Sheet
from survey.models import AuditEntry, Household, Project, SearchTerm, User, db
from survey.services import search as searching
from survey.services.pinyin import sort_key, syllables
from survey.services.search import bind_terms, insert_terms, search, search_noted
from tests import factories


def found(actor: User, project: Project, text: str) -> list[str]:
    """The doors that a search finds, in order."""
    return [hit.door_text for hit in search(actor=actor, project=project, text=text).hits]


def why(actor: User, project: Project, text: str) -> set[tuple[str, str]]:
    hits = search(actor=actor, project=project, text=text).hits
    return {(reason.kind.value, reason.text) for hit in hits for reason in hit.reasons}


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


@pytest.fixture
def homes(project: Project, office: User) -> dict[str, Household]:
    """Five homes: ordinary, rare and compound names, a name that only resembles, and nobody at all."""
    base = factories.sheet()

    def home(door: str, cert: str, *people: Person) -> Household:
        certificates = (replace(base.certificates[0], cert_no=cert),)
        return factories.household(project, door, replace(base, persons=people, certificates=certificates), office)

    return {
        "zhang": home("3-2-501", "鲁（2019）东营市不动产权第0000906号", factories.person("张伟", 1),
                      factories.person("李红", 2, roles=(codes.PersonRole.RESIDENT,))),
        "rare": home("3-2-502", "东房权证西城字第410893号", factories.person("魏䶮", 3)),
        "compound": home("3-1-501", "鲁（2019）东营市不动产权第0028950号", factories.person("欧阳伟明", 4)),
        "zeng": home("10-1-101", "东房权证西城字第410894号", factories.person("曾志伟", 5)),
        "similar": home("4-1-101", "东房权证西城字第510893号", factories.person("张伟民", 6, phone="0546-8301234")),
        "empty": factories.household(project, "3-2-503"),
    }  # fmt: skip


def door(homes: dict[str, Household], *names: str) -> list[str]:
    return [homes[name].door_text for name in names]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("张伟", ["zhang", "similar"], id="two characters, the whole name first"),
        pytest.param("張偉", ["zhang", "similar"], id="traditional characters"),
        pytest.param("伟", ["compound", "zhang", "similar", "zeng"], id="one character, in stairwell order"),
        pytest.param("䶮", ["rare"], id="a rare character"),
        pytest.param("欧阳伟明", ["compound"], id="four characters"),
        pytest.param("zw", ["zhang", "similar"], id="pinyin initials, also the beginning"),
        pytest.param("ZZW", ["zeng"], id="曾 is read zeng"),
        pytest.param("zhangwei", ["zhang"], id="whole pinyin"),
        pytest.param("3-2-501", ["zhang"], id="a door"),
        pytest.param("３号楼２单元５０１室", ["zhang"], id="a door in full width"),
        pytest.param("3#2单元 501", ["zhang"], id="a door in pieces"),
        pytest.param("501", ["compound", "zhang"], id="a room everywhere"),
        pytest.param("3-501", ["compound", "zhang"], id="building and room, or unit and room"),
        pytest.param("2-501", ["zhang"], id="unit and room"),
        pytest.param("3号楼", ["compound", "zhang", "rare", "empty"], id="a building"),
        pytest.param("2单元", ["zhang", "rare", "empty"], id="a unit"),
        pytest.param("10", ["zeng"], id="a building by its number alone"),
        pytest.param("0906", ["zhang"], id="certificate, last four"),
        pytest.param("28950", ["compound"], id="certificate, last five"),
        pytest.param("0028950", ["compound"], id="certificate, its number"),
        pytest.param("东房权证 西城字第410893号", [], id="a certificate in two pieces is two words"),
        pytest.param("东房权证西城字第410893号", ["rare"], id="a certificate as a whole"),
        pytest.param("鲁(2019)东营市不动产权第0000906号", ["zhang"], id="half-width brackets"),
        pytest.param("0546-8301234", ["similar"], id="a landline"),
        pytest.param("120 0000 0003", ["rare"], id="a phone with blanks"),
        pytest.param("0003", ["rare"], id="phone, last four"),
        pytest.param("张 4号楼", ["similar"], id="two words"),
        pytest.param("4号楼 张", ["similar"], id="in any order"),
        pytest.param("张伟李红", [], id="no such name"),
        pytest.param("李红 张伟", ["zhang"], id="two people of one home"),
        pytest.param("魏䶮0003", ["rare"], id="without a blank between"),
        pytest.param("伟 伟 501", ["compound", "zhang"], id="a word twice is one"),
        pytest.param("赵", [], id="nobody"),
        pytest.param("", [], id="nothing typed"),
        pytest.param("a !", [], id="too short to search"),
    ],
)
def test_any_scrap_finds_the_home(
    project: Project, office: User, homes: dict[str, Household], text: str, names: list[str]
) -> None:
    assert found(office, project, text) == door(homes, *names)


def test_numbers_find_the_home_and_are_shown_masked(
    project: Project, office: User, homes: dict[str, Household]
) -> None:
    number = factories.id_no(3)
    wide = "".join(chr(ord(character) + 0xFEE0) for character in number)
    for text in (number, number.lower(), wide, f"{number[:6]} {number[6:14]} {number[14:]}", number[:6] + number[8:17]):
        assert found(office, project, text) == door(homes, "rare"), text
    masked = f"魏䶮 {mask_id_no(number)}"
    assert why(office, project, number) == {("id_no", masked)}
    assert ("id_last", masked) in why(office, project, number[-4:])
    assert why(office, project, "12000000003") == {("phone", "魏䶮 120****0003")}
    assert ("phone_last", "魏䶮 120****0003") in why(office, project, "0003")


def test_every_reason_is_given(project: Project, office: User, homes: dict[str, Household]) -> None:
    assert why(office, project, "李红 3-2-501") == {("name", "李红"), ("door", "3-2-501")}
    assert why(office, project, "zw 0906") == {
        ("initials", "张伟"), ("cert_no", "鲁（2019）东营市不动产权第0000906号")
    }  # fmt: skip
    assert why(office, project, "zhangwei") == {("pinyin", "张伟")}
    dossier = homes["rare"].dossier_no
    assert why(office, project, dossier) == {("dossier", dossier)}
    assert why(office, project, dossier.rpartition("-")[2]) == {("dossier", dossier)}
    assert why(office, project, "E12345678") == set()


def test_the_register_of_doors_is_searched_for_homes_nobody_has_surveyed(project: Project, office: User) -> None:
    factories.household(project, "5-1-101")
    assert len(found(office, project, "5-1-101")) == 1


def test_a_surveyor_finds_only_the_homes_assigned(project: Project, office: User, homes: dict[str, Household]) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    assert found(surveyor, project, "张伟") == []
    factories.assign(surveyor, homes["similar"])
    assert found(surveyor, project, "张伟") == door(homes, "similar")
    assert found(surveyor, project, factories.id_no(3)) == []
    assert search(actor=surveyor, project=project, text="伟").total == 1


def test_a_narrow_scope_with_a_common_word_gives_the_same(
    project: Project, office: User, homes: dict[str, Household], monkeypatch: pytest.MonkeyPatch
) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, homes["zhang"], homes["similar"])
    texts = ["伟", "501", "伟 501", "0003", "3-2-501", factories.id_no(1), "12000000001", "zw 3号楼",
             homes["zhang"].dossier_no, "501室 2单元"]  # fmt: skip
    plain = [found(surveyor, project, text) for text in texts]
    monkeypatch.setattr(searching, "MANY", -1)
    assert [found(surveyor, project, text) for text in texts] == plain
    assert plain[0] == door(homes, "compound", "zhang", "similar")


def test_another_project_is_never_searched(project: Project, office: User, homes: dict[str, Household]) -> None:
    other = factories.project("BB", "另一项目")
    stranger = factories.member(other, Role.OFFICE)
    for text in ("张伟", "zw", "501", "3-2-501", factories.id_no(3), "12000000003", "0003", homes["rare"].dossier_no):
        assert found(stranger, other, text) == []
        assert found(stranger, project, text) == []


def test_a_removed_home_is_not_found(project: Project, office: User, homes: dict[str, Household]) -> None:
    homes["zhang"].removed_at = homes["rare"].state_since or factories.project("CC", "x").created_at
    db.session.flush()
    assert found(office, project, "张伟") == door(homes, "similar")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_names_are_masked_for_those_who_only_look_on(project: Project, homes: dict[str, Household], role: Role) -> None:
    onlooker = factories.member(project, role)
    result = search(actor=onlooker, project=project, text="魏䶮 410893")
    assert [(hit.owner_names, {why.text for why in hit.reasons}) for hit in result.hits] == [
        ("魏*", {"魏*", "****0893"})
    ]
    assert search(actor=onlooker, project=project, text="5号楼").hits == ()


def test_an_empty_home_has_no_names_to_mask(project: Project, homes: dict[str, Household]) -> None:
    onlooker = factories.member(project, Role.COORDINATOR)
    assert [hit.owner_names for hit in search(actor=onlooker, project=project, text="3-2-503").hits] == [""]


def test_more_homes_than_can_be_counted_are_said_to_be_more(
    project: Project, office: User, homes: dict[str, Household], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "MOST", 2)
    result = search(actor=office, project=project, text="伟")
    assert (result.total, result.is_more, len(result.hits)) == (2, True, 2)
    monkeypatch.setattr(searching, "MOST", 4)
    result = search(actor=office, project=project, text="伟", shown=1)
    assert (result.total, result.is_more, len(result.hits)) == (4, False, 1)


def test_a_search_for_a_whole_id_number_is_noted_without_the_number(
    project: Project, office: User, homes: dict[str, Household]
) -> None:
    number = factories.id_no(3)
    assert parse(number).has_id_no
    assert not parse("张伟 0003").has_id_no
    before = db.session.scalars(select(AuditEntry.seq)).all()
    search(actor=office, project=project, text="张伟")
    assert len(search_noted(actor=office, project=project, text=number).hits) == 1
    db.session.flush()
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.seq.not_in(before))).all()
    assert [(each.action, each.project_id, each.details) for each in entries] == [
        ("search.show", project.id, {"by": "id_no", "found": 1})
    ]


def test_the_index_follows_the_sheet(project: Project, office: User, homes: dict[str, Household]) -> None:
    from survey.domain.sheet import to_pairs
    from survey.services.sheet import current_sheet, save_sheet

    sheet = current_sheet(homes["rare"])
    changed = replace(sheet, persons=(replace(sheet.persons[0], full_name="魏龙"),))
    save_sheet(actor=office, household=homes["rare"], base=1, pairs=to_pairs(changed))
    assert found(office, project, "䶮") == []
    assert found(office, project, "魏龙") == door(homes, "rare")


def test_the_table_of_terms_tells_nobody_a_digit(project: Project, homes: dict[str, Household]) -> None:
    terms = set(db.session.scalars(select(SearchTerm.term)))
    assert all(abs(term) > 9999 for term in terms)
    assert len(terms) > 30


def test_many_terms_are_written_at_once_and_few_one_by_one(project: Project, homes: dict[str, Household]) -> None:
    ids = [homes["empty"].id, homes["rare"].id]
    connection = db.session.connection()
    insert_terms(connection, [])
    terms = [(ids[term % 2], [term * -(2**40)]) for term in range(1, searching.BULK + 2)]
    insert_terms(connection, bind_terms(connection.dialect.name, terms))
    db.session.flush()
    kept = db.session.scalars(
        select(SearchTerm.term).where(SearchTerm.term < -(2**40) + 1, SearchTerm.household_id == ids[0])
    ).all()
    assert {-(2**40) * term for term in range(2, searching.BULK + 2, 2)} <= set(kept)


def test_surnames_are_sorted_by_their_own_reading() -> None:
    names = ["曾志伟", "单小红", "张伟", "蔡明", "石磊", "買買提·艾力"]
    assert sorted(names, key=sort_key) == ["蔡明", "買買提·艾力", "单小红", "石磊", "曾志伟", "张伟"]
    assert syllables("单于明") == ("chan", "yu", "ming")
    assert syllables("") == ()


# --- against a plain reference ----------------------------------------------------------------------------------------


def answers_to(sheet: Sheet, place: tuple[str, str, str], dossier_no: str, clue: Clue) -> bool:
    """Whether a home answers to a clue, worked out from its sheet without any index."""
    people = sheet.persons
    if clue.kind is ClueKind.NAME:
        longest = min(3, len("".join(name_pieces(clue.value, 1))))
        wanted = {piece for piece in name_pieces(clue.value, 3) if len(piece) == longest}
        return wanted <= {piece for person in people for piece in name_pieces(person.full_name, 3)}
    if clue.kind is ClueKind.INITIALS:
        return any(f"p:{clue.value}" in pinyin_terms(syllables(person.full_name)) for person in people)
    if clue.kind is ClueKind.PINYIN:
        return any("".join(syllables(person.full_name)) == clue.value for person in people)
    if clue.kind is ClueKind.ID_NO:
        return any(normal_id(person.id_no) == clue.value for person in people)
    if clue.kind is ClueKind.ID_LAST:
        return any(normal_id(person.id_no).endswith(clue.value) for person in people)
    if clue.kind is ClueKind.PHONE:
        return any(normal_phone(person.phone) == clue.value for person in people)
    if clue.kind is ClueKind.PHONE_LAST:
        return any(normal_phone(person.phone).endswith(clue.value) for person in people)
    if clue.kind is ClueKind.CERT_NO:
        return any(f"c:{clue.value}" in cert_terms(row.cert_no) for row in sheet.certificates)
    if clue.kind is ClueKind.DOSSIER:
        return dossier_no == clue.value or dossier_no == f"YY-{clue.value}"
    return all(not wanted or wanted == part for wanted, part in zip(clue.door, place, strict=True))


def test_hundreds_of_queries_agree_with_a_reference_without_an_index(project: Project, office: User) -> None:
    random = Random(20221122)
    family, given = "张王李曾单欧", "伟明红军䶮㛃𬭚"
    homes: dict[str, tuple[Sheet, tuple[str, str, str], Household]] = {}
    number = 0
    for building in ("3", "10"):
        for unit in ("1", "2"):
            for room in ("101", "102", "501", "1201"):
                persons = []
                for _ in range(random.randint(1, 2)):
                    number += 1
                    name = random.choice(family) + "".join(random.choices(given, k=random.randint(1, 2)))
                    persons.append(factories.person(name, number))
                cert = f"东房权证西城字第{random.randint(400000, 400050)}号"
                sheet = factories.sheet(persons=tuple(persons), certificates=(Certificate(uid="c", cert_no=cert),))
                home = factories.household(project, f"{building}-{unit}-{room}", sheet, office)
                homes[home.door_text] = (sheet, (building, unit, room), home)
    surveyor = factories.member(project, Role.SURVEYOR)
    mine = [home for _, place, home in homes.values() if place[0] == "3"]
    factories.assign(surveyor, mine[0])
    everyone = [person for sheet, _, _ in homes.values() for person in sheet.persons]

    def word() -> str:
        person = random.choice(everyone)
        place = random.choice(list(homes.values()))[1]
        return random.choice(
            [
                person.full_name, person.full_name[:2], random.choice(family), random.choice(given),
                "".join(part[0] for part in syllables(person.full_name)), "".join(syllables(person.full_name)),
                person.id_no, person.id_no[-4:], person.phone, person.phone[-4:], "-".join(place), place[2],
                f"{place[0]}号楼", f"{place[1]}单元", f"{place[0]}-{place[1]}", str(random.randint(0, 50)).zfill(4),
                f"4000{random.randint(10, 50)}", place[0],
            ]
        )  # fmt: skip

    hits = 0
    for _ in range(300):
        text = " ".join(word() for _ in range(random.choice([1, 1, 2, 2, 3])))
        query = parse(text)
        expected = {
            name
            for name, (sheet, place, home) in homes.items()
            if all(any(answers_to(sheet, place, home.dossier_no, clue) for clue in token.clues)
                   for token in query.tokens)
        }  # fmt: skip
        assert set(found(office, project, text)) == expected, text
        near = {home.door_text for home in mine}
        if random.random() < 0.2:
            assert set(found(surveyor, project, text)) == expected & near, text
        hits += bool(expected)
    assert hits > 90
