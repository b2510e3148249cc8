"""Form of a signature (签字)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField, HiddenField

from survey.domain import codes
from survey.domain.signature import SignatureGiven
from survey.forms.base import Form
from survey.forms.document import FILES
from survey.forms.fields import CodeField, TextField, YesNoField
from survey.forms.key import KeyField
from survey.forms.offer import MomentField
from survey.forms.validators import Required, ShowIf, told


class RecordSignatureForm(Form):
    key = KeyField()
    version = HiddenField()
    signer_role = CodeField(_l("谁来签？"), codes.SignerRole, [Required()], thing=_l("签字人身份"), kind="radio")
    signer_name = TextField(_l("叫什么名字？"), [Required()], thing=_l("签字人姓名"), most=60)
    signed_at = MomentField(_l("什么时候？"), [Required()], thing=_l("签字时间"))
    signed = YesNoField(_l("签了吗？"), [Required()], thing=_l("是否签字"), yes=_l("已在纸上签字"), no=_l("拒绝签字"))
    refuse_reason = TextField(_l("为什么拒绝？"), [ShowIf(signed=["no"])], thing=_l("拒签原因"), most=200)
    witness = TextField(
        _l("谁见证的？"),
        thing=_l("见证人"),
        description=_l("拒签必须有：与本项目无利害关系的人，写姓名和单位，例如：李娟 颐园社区居委会"),
        most=100,
        optional=True,
    )
    evidence = FileField(
        _l("签字页的照片或扫描件"),
        description=_l("JPEG、PNG、WebP 图片或 PDF，不超过 20 MB；拒签的可拍现场"),
        render_kw={"accept": FILES},
    )

    @property
    def signed_version(self) -> int:
        """The version that the page was made for; 0 when somebody tampered with it, which no sheet has."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0

    def given(self, *, has_evidence: bool) -> SignatureGiven:
        """The signing that the form tells of; the form must have been valid."""
        return SignatureGiven(
            signer_role=self.signer_role.data,
            signer_name=self.signer_name.data or "",
            signed_at=self.signed_at.data,
            refused=self.signed.data is False,
            refuse_reason=told(self.refuse_reason),
            witness=self.witness.data or "",
            has_evidence=has_evidence,
        )
