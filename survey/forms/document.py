"""Forms of documents."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import MultipleFileField

from survey.domain.codes import DocumentCategory
from survey.forms.base import Form
from survey.forms.fields import CodeField, LongTextField, TextField, YesNoField
from survey.forms.validators import Required

FILES = "image/jpeg,image/png,image/webp,application/pdf"
"""What the picker of a file offers first; the server looks at the content."""


class AddDocumentForm(Form):
    category = CodeField(_l("是什么材料？"), DocumentCategory, [Required()], thing=_l("材料类别"))
    files = MultipleFileField(
        _l("选择照片或文件"),
        description=_l("JPEG、PNG、WebP 图片或 PDF，可一次选多个，合计不超过 20 MB"),
        render_kw={"accept": FILES},
    )
    title = TextField(
        _l("怎么称呼这份材料？"),
        thing=_l("材料名称"),
        description=_l("空着就用文件名；例如：客厅、产权证第2页"),
        most=60,
        optional=True,
    )
    is_original = YesNoField(
        _l("拍的是原件还是复印件？"),
        thing=_l("原件或复印件"),
        yes=_l("原件"),
        no=_l("复印件"),
        optional=True,
    )


class RemoveDocumentForm(Form):
    reason = LongTextField(_l("为什么移除？"), [Required()], thing=_l("移除原因"), most=200)
