"""The papers of `exports.notices.sample` as tests want them: numbered, with other values, without a stamp."""

from __future__ import annotations

from dataclasses import replace

from exports.notices.dossier_cover import DossierCover
from exports.notices.missed_visit import MissedVisit
from exports.notices.office import Office
from exports.notices.sample import DAY, LONG_ADDRESS, LONG_NAME, OFFICE, PROJECT, filled, sample
from exports.notices.survey_notice import SurveyNotice
from exports.notices.survey_sheet import SurveySheet
from survey.domain.sheet import Sheet

__all__ = ["DAY", "LONG_ADDRESS", "LONG_NAME", "OFFICE", "PROJECT", "Office", "filled"]

RARE = "䶮㛃𬭚𣸣"


def survey_notice(number: int = 1, **values: object) -> SurveyNotice:
    made: dict[str, object] = {
        "dossier_no": f"YY-00302{number:04d}", "door": f"3号楼2单元{number:03d}室", "appointment": "", "stamp": None,
    }  # fmt: skip
    notice: SurveyNotice = replace(sample("survey-notice"), **{**made, **values})
    return notice


def survey_sheet(number: int = 1, sheet: Sheet | None = None, **values: object) -> SurveySheet:
    made: dict[str, object] = {
        "dossier_no": f"YY-00302{number:04d}", "sheet": filled() if sheet is None else sheet, "stamp": None,
    }  # fmt: skip
    form: SurveySheet = replace(sample("survey-sheet"), **{**made, **values})
    return form


def missed_visit(number: int = 1, **values: object) -> MissedVisit:
    made: dict[str, object] = {"dossier_no": f"YY-00302{number:04d}", "stamp": None}
    card: MissedVisit = replace(sample("missed-visit"), **{**made, **values})
    return card


def dossier_cover(number: int = 1, **values: object) -> DossierCover:
    made: dict[str, object] = {"dossier_no": f"YY-00302{number:04d}", "fonds_no": "", "file_no": "", "stamp": None}
    cover: DossierCover = replace(sample("dossier-cover"), **{**made, **values})
    return cover
