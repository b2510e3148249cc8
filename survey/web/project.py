"""The project's own data and thresholds (设置)."""

from __future__ import annotations

from fractions import Fraction

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.calendar import write_days
from survey.forms.edition import project_form
from survey.forms.member import ProjectForm
from survey.services.project import edit_project, settings_of
from survey.web.access import current_user, project_of_page, requires

bp = Blueprint("project", __name__)


@bp.route("/project/<project_code>/settings", methods=["GET", "POST"])
@requires(Permission.PROJECT_EDIT)
def edit(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    settings = settings_of(project)
    percent = settings.area_diff_ratio * 100
    form = project_form(
        settings.editions_until,
        obj=project,
        legal_basis=settings.legal_basis,
        visit_from=settings.visit_from,
        visit_until=settings.visit_until,
        area_diff_percent=_decimal_text(percent),
        area_diff_min_m2=str(settings.area_diff_min_m2),
        min_home_m2=str(settings.min_home_m2),
        phone_households=settings.phone_households,
        accept_days=settings.accept_days,
        reply_days=settings.reply_days,
        retention=settings.retention,
        letter_format=settings.letter_format.value,
        red_head=settings.red_head,
        entrusted=settings.entrusted,
        contact=settings.contact,
        supervision_phone=settings.supervision_phone,
        document_word=settings.document_word,
        posting_days=settings.posting_days,
        correction_days=settings.correction_days,
        review_days=settings.review_days,
        holidays=write_days(settings.holidays),
        working_days=write_days(settings.working_days),
        report_at=settings.report_at,
        report_weekday="" if settings.report_weekday is None else str(settings.report_weekday),
        **{name: getattr(settings, name) for name in ProjectForm.SIGNALS},
    )
    if form.validate_on_submit():
        edit_project(
            actor=current_user,
            project=project,
            values={name: form[name].data or (None if name.startswith("survey_") else "") for name in form.DATA},
            settings=form.to_settings(),
        )
        flash(_("设置已保存。"), "success")
        return redirect(url_for("project.edit", project_code=project_code))
    return render_template("project/edit.html", form=form), form.status


def _decimal_text(value: Fraction) -> str:
    """A percentage with at most two places, without trailing zeros."""
    hundredths = round(value * 100)
    return f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")
