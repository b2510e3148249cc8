"""Forms of the account: signing in, one's own password and language."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import EqualTo, InputRequired, Length

from survey.forms.base import Form


class SignInForm(Form):
    username = StringField(
        _l("用户名"),
        validators=[InputRequired(_l("请输入用户名。")), Length(max=60)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("密码"),
        validators=[InputRequired(_l("请输入密码。")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )


class ChangePasswordForm(Form):
    current = PasswordField(
        _l("当前密码"), validators=[InputRequired(_l("请输入当前密码。"))],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip
    password = PasswordField(
        _l("新密码"),
        description=_l("至少 12 个字符，可以用几个词连成一句话。"),
        validators=[InputRequired(_l("请输入新密码。"))],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("再输入一次新密码"),
        validators=[EqualTo("password", _l("两次输入的新密码不一致，请重新输入。"))],
        render_kw={"autocomplete": "new-password"},
    )


class LocaleForm(Form):
    locale = SelectField(_l("界面语言"), choices=[SelectChoice("zh_Hans_CN", "中文"), SelectChoice("en", "English")])
