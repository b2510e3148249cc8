"""What `ruhu doctor` looks at: whether this machine can run Ruhu, and how to mend what it finds.

`examine` only looks: it makes no database and repairs nothing. Each finding that is not in order carries one Chinese
sentence that says what to do. Each check is a function of plain values, so that a test can hand it a machine that is
broken in one way. The sentences are printed by a command, as they stand.
"""

from __future__ import annotations

import ctypes
import json
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import SQLAlchemyError

from survey.config import Config
from survey.models.base import READ_ONLY, SQLITE_PRAGMAS, engine_options, prepare_engine
from survey.models.crypto import Keyring
from survey.models.migrate import current_revision, list_heads

LEAST_PYTHON = (3, 11)
LEAST_SQLITE = (3, 40)
LEAST_POSTGRESQL = 15
LEAST_FREE_GIB = 2
APT = "sudo apt-get install --no-install-recommends "

NETWORK_FILESYSTEMS = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "ncpfs", "virtiofs")
)
"""On these, SQLite's locks and shared memory cannot be relied on (also fuse.*, which is checked by its prefix)."""

RARE_CHARACTERS = "䶮㛃𬭚𣸣"
"""Characters of real names that lie outside the basic plane or the common fonts."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `found` is what is there; `mend` says what to do and is empty when `ok`."""

    name: str
    ok: bool
    found: str
    mend: str = ""


def _finding(name: str, ok: bool, found: str, mend: str) -> Finding:
    return Finding(name, ok, found, "" if ok else mend)


def examine(settings: Config) -> list[Finding]:
    """Everything looked at, in the order in which it should be mended."""
    assets = Path(__file__).resolve().parent.parent / "static" / "dist"
    return [
        python_version(sys.version_info[:3]),
        library_versions(requires("ruhu") or []),
        sqlite_version(sqlite3.sqlite_version_info),
        *system_libraries(),
        *fonts(),
        writable_folder("实例目录", settings.instance),
        writable_folder("资料目录", settings.documents),
        private_folder(settings.instance),
        keys(settings.keys),
        proxies(settings.https, settings.proxies),
        built_assets(assets),
        *database(settings.database_url),
    ]


def proxies(https: bool, count: int) -> Finding:
    """Whether people behind the proxy that HTTPS needs have addresses of their own."""
    return _finding(
        "代理层数",
        count > 0 or not https,
        str(count),
        "用 HTTPS 而没有设 RUHU_PROXIES：所有人在系统看来是同一个地址，一个人输错密码会让别人也登录不了。"
        "请设 RUHU_PROXIES=1（前面有几层自己的代理就写几），并让代理设置 X-Forwarded-For。",
    )


# --- the programs ------------------------------------------------------------------------------------------------


def python_version(found: tuple[int, int, int]) -> Finding:
    return _finding(
        "Python",
        found[:2] >= LEAST_PYTHON,
        ".".join(map(str, found)),
        "需要 Python 3.11 或更高版本。请安装后删除 .venv 目录，再运行 make setup。",
    )


def library_versions(requirements: Iterable[str]) -> Finding:
    """Whether each pinned library is there at its version. `requirements` as importlib.metadata gives them."""
    wanted = {}
    for line in requirements:
        match = re.match(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)$", line.replace(" ", ""))
        if match:  # without a marker: those of the extra "dev" are of no account here
            wanted[match[1]] = match[2]
    wrong = []
    for name, pinned in sorted(wanted.items()):
        try:
            there = version(name)
        except PackageNotFoundError:
            there = "未安装"
        if there != pinned:
            wrong.append(f"{name} {there}（应为 {pinned}）")
    return _finding(
        "程序库",
        bool(wanted) and not wrong,
        "；".join(wrong) if wrong else f"{len(wanted)} 个，版本与 setup.cfg 一致",
        "程序库的版本与测试过的不同。请运行 make setup 重新安装。",
    )


def sqlite_version(found: tuple[int, ...]) -> Finding:
    return _finding(
        "SQLite",
        found[:2] >= LEAST_SQLITE,
        ".".join(map(str, found)),
        "需要 SQLite 3.40 或更高版本。请升级操作系统（Debian 12 自带 3.40），或改用 PostgreSQL。",
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def system_libraries() -> Iterator[Finding]:
    """The libraries that WeasyPrint loads. Without libharfbuzz-subset a notice takes 8.4 s instead of 0.17 s."""
    for library, package, why in (
        ("libpango-1.0.so.0", "libpango-1.0-0", "没有它不能生成 PDF"),
        ("libpangoft2-1.0.so.0", "libpangoft2-1.0-0", "没有它不能生成 PDF"),
        ("libharfbuzz-subset.so.0", "libharfbuzz-subset0", "没有它每份通知书要多花约 8 秒"),
    ):
        ok = _loads(library)
        yield _finding(library, ok, "可用" if ok else "未安装", f"{why}。请运行：{APT}{package}")


def _families(pattern: str) -> list[str] | None:
    """The font families that match a fontconfig pattern; None where fontconfig cannot be asked."""
    command = shutil.which("fc-list")
    if command is None:
        return None
    done = subprocess.run([command, pattern, "family"], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 (no shell)
    if done.returncode:
        return None
    return sorted({line.split(",")[0].strip() for line in done.stdout.splitlines() if line.strip()})


def fonts() -> Iterator[Finding]:
    """A Chinese font, and one that has the rare characters of names."""
    chinese = _families(":lang=zh-cn")
    if chinese is None:
        yield Finding("中文字体", False, "没有 fc-list，无法检查", f"请运行：{APT}fontconfig")
        return
    yield _finding(
        "中文字体",
        bool(chinese),
        f"{len(chinese)} 种，如 {chinese[0]}" if chinese else "没有",
        f"没有中文字体，PDF 中的汉字会变成方框。请运行：{APT}fonts-noto-cjk fonts-arphic-ukai",
    )
    rare = _families(":charset=" + " ".join(f"{ord(character):x}" for character in RARE_CHARACTERS)) or []
    yield _finding(
        "生僻字字体",
        bool(rare),
        f"{RARE_CHARACTERS}：{rare[0]}" if rare else f"没有一种字体包含 {RARE_CHARACTERS}",
        f"姓名中的生僻字会变成方框。请运行：{APT}fonts-babelstone-han",
    )


# --- the folders and files ---------------------------------------------------------------------------------------


def writable_folder(name: str, folder: Path) -> Finding:
    """Whether the folder can be written to, and has room. One that is still to be made counts by its parent."""
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        return Finding(
            name,
            False,
            f"{folder}：{error.strerror}",
            f"不能写入该目录。请让运行 Ruhu 的账号拥有它：sudo chown -R $(whoami) {there}",
        )
    free = shutil.disk_usage(there).free / 2**30
    note = "" if there == folder else "（首次使用时建立）"
    return _finding(
        name,
        free >= LEAST_FREE_GIB,
        f"{folder}{note}，剩余 {free:.1f} GiB",
        "磁盘剩余空间不足 2 GiB，照片和导出文件可能保存失败。请清理磁盘或换到更大的分区。",
    )


def private_folder(folder: Path) -> Finding:
    """Whether only its owner can look into the folder of data: an SQLite file has names and addresses in clear."""
    name = "实例目录权限"
    if not folder.exists():
        return Finding(name, True, "首次使用时建立，仅所有者可进入")
    mode = stat.S_IMODE(folder.stat().st_mode)
    return _finding(name, not mode & 0o077, f"{mode:04o}", f"其他账号可以看到住户数据。请运行：chmod 700 {folder}")


def keys(file: Path) -> Finding:
    """The file of keys: there, whole, and readable by its owner only."""
    name = "密钥文件"
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        Keyring.read(file)
    except FileNotFoundError:
        return Finding(
            name,
            False,
            f"{file}：没有",
            "首次安装请运行 ruhu migrate，它会建立密钥文件；如果数据库里已有数据，请从备份中找回原来的密钥文件。",
        )
    except PermissionError:
        return Finding(name, False, f"{file}：不能读取", f"请让运行 Ruhu 的账号拥有它：sudo chown $(whoami) {file}")
    except (ValueError, KeyError, TypeError):
        return Finding(
            name,
            False,
            f"{file}：内容不完整",
            "密钥文件已损坏，请从备份中恢复，不要新建：新密钥打不开已有数据。",
        )
    return _finding(
        name, not mode & 0o077, f"{file}，权限 {mode:04o}", f"其他账号可以读取密钥。请运行：chmod 600 {file}"
    )


def built_assets(folder: Path) -> Finding:
    """Whether the pages' scripts and style sheets are built: the manifest, and every file that it names."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        missing = [name for name in manifest.values() if not (folder / name).is_file()]
        found = f"缺少 {'、'.join(missing)}" if missing else f"{len(manifest)} 个文件"
        ok = bool(manifest) and not missing
    except (OSError, ValueError, AttributeError):
        ok, found = False, "没有 manifest.json"
    return _finding("页面资源", ok, found, "页面的样式和脚本尚未生成。请运行 make setup。")


# --- the database ------------------------------------------------------------------------------------------------


def database(url: str) -> Iterator[Finding]:
    """The database: whether it answers, its version and the settings that keep what was saved."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = Path(parsed.database or "")
        yield local_disk(file)
        if not file.is_file():
            yield Finding("数据库", False, f"{file}：没有", "还没有数据库。请运行 ruhu migrate。")
            return
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    read_only = READ_ONLY.set(True)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                yield from sqlite_settings(connection)
            else:
                yield from postgresql_settings(connection)
        yield newest_tables(current_revision(engine))
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield Finding(
            "数据库",
            False,
            f"{shown(parsed)}：{reason}",
            "连接不上数据库。请检查 DATABASE_URL、数据库服务是否已启动，以及账号的权限。",
        )
    finally:
        READ_ONLY.reset(read_only)
        engine.dispose()


def newest_tables(revision: str | None) -> Finding:
    """Whether the tables are those that this version of Ruhu works with."""
    return _finding(
        "数据表",
        [revision] == list_heads(),
        f"版本 {revision}" if revision else "没有",
        "数据库的结构与程序的版本不一致。请先备份，再运行 ruhu migrate。",
    )


def shown(url: URL) -> str:
    """The address of a database as it may be printed: without the password."""
    return url.render_as_string(hide_password=True)


def sqlite_settings(connection: Connection) -> Iterator[Finding]:
    """The settings that the application makes on each connection, as the file has really taken them on."""
    values = {"WAL": "wal", "FULL": "2", "ON": "1", "OFF": "0", "MEMORY": "2"}
    wrong = []
    for pragma in SQLITE_PRAGMAS:
        name, _, wanted = pragma.partition("=")
        there = str(connection.exec_driver_sql(f"PRAGMA {name}").scalar())
        if there != values.get(wanted, wanted):
            wrong.append(f"{name}={there}")
    yield _finding(
        "SQLite 设置",
        not wrong,
        "、".join(wrong) if wrong else "journal_mode=WAL、synchronous=FULL、foreign_keys=ON",
        "数据库没有接受保证断电不丢数据的设置。请确认数据库文件在本机磁盘上，且所在目录可以写入。",
    )


def postgresql_settings(connection: Connection) -> Iterator[Finding]:
    """The server's version, its encoding, and whether it may lose what it has confirmed."""

    def show(name: str) -> str:
        return str(connection.exec_driver_sql(f"SHOW {name}").scalar())

    number = int(show("server_version_num"))
    yield _finding(
        "PostgreSQL",
        number // 10000 >= LEAST_POSTGRESQL,
        show("server_version"),
        "需要 PostgreSQL 15 或更高版本。请升级数据库服务器。",
    )
    encoding = show("server_encoding")
    yield _finding(
        "数据库编码",
        encoding == "UTF8",
        encoding,
        "数据库必须使用 UTF8 编码，否则生僻字无法保存。请用 createdb -E UTF8 -T template0 新建数据库。",
    )
    careless = [f"{name}=off" for name in ("fsync", "full_page_writes", "synchronous_commit") if show(name) == "off"]
    yield _finding(
        "断电保护",
        not careless,
        "、".join(careless) if careless else "fsync、full_page_writes、synchronous_commit",
        "断电时会丢失已保存的数据。请在 postgresql.conf 中把这些设置改为 on，然后重新加载。",
    )
    zone = show("timezone")
    yield _finding("数据库时区", zone == "UTC", zone, "连接没有使用 UTC 时区。请检查连接池是否丢弃了 options 参数。")


def local_disk(file: Path, mounts: str | None = None) -> Finding:
    """Whether an SQLite file lies on a disk of this machine. `mounts` is the text of /proc/mounts."""
    if mounts is None:
        try:
            mounts = Path("/proc/mounts").read_text(encoding="utf-8")
        except OSError:
            return Finding("数据库所在磁盘", True, "无法判断")
    resolved = file.resolve()
    kind, longest = "", -1
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[1])  # a space stands as \040
        if resolved.is_relative_to(point) and len(point) >= longest:
            kind, longest = fields[2], len(point)
    remote = kind in NETWORK_FILESYSTEMS or (kind.startswith("fuse.") and kind != "fuse.fuse-overlayfs")
    return _finding(
        "数据库所在磁盘",
        not remote,
        kind or "无法判断",
        "SQLite 文件不能放在网络文件系统上，多人同时使用会损坏数据。请移到本机磁盘，或改用 PostgreSQL。",
    )
