"""Forms of tablets: an invitation, and the file of one that cannot get on-line."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired

from survey.forms.base import Form
from survey.forms.fields import TextField
from survey.forms.offer import OfferField
from survey.forms.validators import Required


class InviteDeviceForm(Form):
    user = OfferField(_l("给谁用？"), [Required()], thing=_l("使用人"))
    name = TextField(
        _l("怎么称呼这台平板？"),
        thing=_l("平板名称"),
        description=_l("例如：3 号平板，贴在背面的编号；空着就用平板自己的名称"),
        most=60,
        optional=True,
    )


class HandOverForm(Form):
    file = FileField(
        _l("平板导出的文件"),
        validators=[FileRequired(_l("请选择平板导出的文件。"))],
        render_kw={"accept": ".json,.ruhu"},
    )

    def __init__(self, *args: Any, megabytes: int, **values: Any) -> None:
        super().__init__(*args, **values)
        self.file.description = _("最大 %(megabytes)s MB。文件是加密的，只有本系统能打开。", megabytes=megabytes)
