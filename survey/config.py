"""Every setting of an installation, its unit and its default; read from the environment once, by create_app.

DATABASE_URL     where the tables are. Default: SQLite, instance/ruhu.sqlite. PostgreSQL: postgresql://...
RUHU_INSTANCE    the folder of data, keys, documents and fonts. Default: ./instance
RUHU_KEYS        the key file (mode 0600). Default: <instance>/keys.json
RUHU_FONTS       the folder for an office's own licensed fonts. Default: <instance>/fonts
RUHU_HTTPS       "1" when served over HTTPS: cookies are then marked Secure
RUHU_PROXIES     how many proxies of your own stand in front, each of which sets X-Forwarded-For. Default: 0, the header is not believed.
                 Too few, and all people share the proxy's address and its limit of failed sign-ins; too many, and anybody may
                 choose an address
RUHU_PUBLIC_URL  the address at which residents reach this server, for the QR of notices. Default: that of the page that prints
RUHU_STYLEGUIDE  "1" shows /styleguide
RUHU_RESULT_DAYS      how many days a file made by a job can be taken. Default: 7
RUHU_EXPORT_AT_ONCE   a ledger of more households than this is made by a job. Default: 3000
RUHU_IMPORT_AT_ONCE   a roster of more rows than this is imported by a job. Default: 2000
RUHU_AMEND_AT_ONCE    an edited ledger that changes more households than this is written by a job. Default: 50
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Settings of one process."""

    instance: Path
    database_url: str
    keys: Path
    fonts: Path
    https: bool = False
    proxies: int = 0
    public_url: str = ""
    styleguide: bool = False
    testing: bool = False
    session_idle: timedelta = timedelta(minutes=30)
    session_absolute: timedelta = timedelta(hours=12)
    sessions_at_once: int = 2
    upload_bytes: int = 20 * 1024 * 1024
    export_bytes: int = 100 * 1024 * 1024
    """A tablet's sealed export: some days of photos."""
    results_kept: timedelta = timedelta(days=7)
    export_at_once: int = 3000
    """Households: about the three seconds that a person waits without wondering."""
    import_at_once: int = 2000
    """Rows of a roster."""
    amend_at_once: int = 50
    """Households: each costs about 10 ms, in which on SQLite nobody else writes."""

    @property
    def documents(self) -> Path:
        return self.instance / "documents"

    @property
    def results(self) -> Path:
        """Files made by jobs, sealed."""
        return self.instance / "results"

    @property
    def scratch(self) -> Path:
        """Where workers write what they have not sealed yet; a folder each, emptied when its worker is gone."""
        return self.instance / "scratch"


def read_config(environ: dict[str, str] | None = None) -> Config:
    """The settings that the environment gives."""
    env = dict(os.environ) if environ is None else environ
    instance = Path(env.get("RUHU_INSTANCE", "instance")).absolute()
    url = env.get("DATABASE_URL") or f"sqlite:///{instance / 'ruhu.sqlite'}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    return Config(
        instance=instance,
        database_url=url,
        keys=Path(env.get("RUHU_KEYS", str(instance / "keys.json"))),
        fonts=Path(env.get("RUHU_FONTS", str(instance / "fonts"))),
        https=env.get("RUHU_HTTPS") == "1",
        proxies=int(env.get("RUHU_PROXIES", "0")),
        public_url=env.get("RUHU_PUBLIC_URL", ""),
        styleguide=env.get("RUHU_STYLEGUIDE") == "1",
        results_kept=timedelta(days=int(env.get("RUHU_RESULT_DAYS", "7"))),
        export_at_once=int(env.get("RUHU_EXPORT_AT_ONCE", "3000")),
        import_at_once=int(env.get("RUHU_IMPORT_AT_ONCE", "2000")),
        amend_at_once=int(env.get("RUHU_AMEND_AT_ONCE", "50")),
    )
