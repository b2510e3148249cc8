"""Ruhu 入户: the household-by-household survey before an old neighbourhood is rebuilt.

The map of the house: `domain` what is true, `models` what is kept, `services` what may happen, `forms` how it is asked,
`web` who asks, and beside this package `exports` what is handed over. One noun, one file a layer, one name everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey.config import Config, read_config

if TYPE_CHECKING:
    from flask import Flask  # Imported late: the child process that reads rosters imports this package and no Flask.


def create_app(config: Config | None = None) -> Flask:
    """The application. Makes the key file of a new installation; refuses keys that are short or alike (ValueError)."""
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    from survey.models import db
    from survey.models.base import engine_options, prepare_engine
    from survey.models.crypto import Keyring, use
    from survey.web import register

    config = config or read_config()
    config.instance.mkdir(mode=0o700, parents=True, exist_ok=True)  # names and addresses: nobody else's to read
    if not config.keys.exists():
        try:
            Keyring.made().write(config.keys)
        except FileExistsError:  # another process was quicker: its keys are the installation's
            pass
    ring = Keyring.read(config.keys)
    use(ring)

    app = Flask(__name__, template_folder="../templates", static_folder="static", instance_path=str(config.instance))
    app.config.update(
        RUHU=config,
        SECRET_KEY=ring.secret_key,
        TESTING=config.testing,
        STYLEGUIDE=config.styleguide,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(config.database_url),
        MAX_CONTENT_LENGTH=config.upload_bytes + 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=4 * 1024 * 1024,
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_NAME="ruhu",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.https,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_TRANSLATION_DIRECTORIES="translations",
    )
    if config.proxies:
        # The client's address and nothing else: what a proxy does not set itself, the client could.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=config.proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    register(app)
    return app
