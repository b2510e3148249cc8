"""What `ruhu doctor` finds on machines that are broken in one way each."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from survey import create_app
from survey.config import Config, read_config
from survey.models.base import SQLITE_PRAGMAS
from survey.models.crypto import Keyring
from survey.services import doctor
from survey.services.doctor import Finding

MOUNTS = """\
overlay / overlay rw,relatime 0 0
/dev/sda2 /srv ext4 rw 0 0
files:/export /srv/shared nfs4 rw,vers=4.2 0 0
office /mnt/my\\040share cifs rw 0 0
sshfs#office:/ /mnt/far fuse.sshfs rw 0 0
"""


@pytest.fixture
def machine(tmp_path: Path) -> Config:
    """The settings of a machine on which everything is in order."""
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o700)
    config = read_config({"RUHU_INSTANCE": str(instance)})
    Keyring.made().write(config.keys)
    file = instance / "ruhu.sqlite"
    connection = sqlite3.connect(file)
    for pragma in SQLITE_PRAGMAS:
        connection.execute("PRAGMA " + pragma)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    return config


@pytest.fixture
def postgresql() -> str:
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgresql"):
        pytest.skip("needs DATABASE_URL of a PostgreSQL server")
    return url


def by_name(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_a_finding_in_order_has_nothing_to_mend_and_every_other_says_how(machine: Config) -> None:
    for finding in doctor.examine(machine):
        assert finding.found
        assert bool(finding.mend) is not finding.ok


def test_names_of_findings_are_unique(machine: Config) -> None:
    names = [finding.name for finding in doctor.examine(machine)]
    assert len(names) == len(set(names))


def test_a_machine_in_order_passes_what_does_not_depend_on_the_system(machine: Config) -> None:
    found = by_name(doctor.examine(machine))
    for name in ("Python", "SQLite", "程序库", "密钥文件", "SQLite 设置"):
        assert found[name].ok, found[name]


def test_examining_makes_no_database(machine: Config) -> None:
    file = machine.instance / "other.sqlite"
    findings = list(doctor.database(f"sqlite:///{file}"))
    assert not file.exists()
    assert not findings[-1].ok
    assert "ruhu migrate" in findings[-1].mend


def test_an_old_python_is_found() -> None:
    assert not doctor.python_version((3, 10, 12)).ok
    assert doctor.python_version((3, 11, 0)).ok


def test_an_old_sqlite_is_found() -> None:
    assert not doctor.sqlite_version((3, 39, 4)).ok
    assert doctor.sqlite_version((3, 40, 1)).ok


def test_a_library_at_another_version_is_named_with_both_versions() -> None:
    finding = doctor.library_versions(["pytest==1.0", 'nosuchpackage==1.0; extra == "dev"'])
    assert not finding.ok
    assert f"pytest {pytest.__version__}（应为 1.0）" in finding.found
    assert "nosuchpackage" not in finding.found


def test_a_library_that_is_not_installed_is_named() -> None:
    finding = doctor.library_versions(["nosuchpackage[binary]==1.0"])
    assert finding.found == "nosuchpackage 未安装（应为 1.0）"


def test_no_pins_at_all_is_a_finding() -> None:
    assert not doctor.library_versions([]).ok


def test_a_missing_system_library_is_mended_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_loads", lambda library: "subset" not in library)
    found = by_name(list(doctor.system_libraries()))
    assert found["libpango-1.0.so.0"].ok
    assert found["libharfbuzz-subset.so.0"].mend.endswith("libharfbuzz-subset0")


def test_a_library_that_does_not_exist_does_not_load() -> None:
    assert not doctor._loads("libnosuchthing.so.0")


def test_a_machine_without_chinese_fonts_is_told_which_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_families", lambda pattern: [])
    chinese, rare = doctor.fonts()
    assert "fonts-noto-cjk" in chinese.mend
    assert "fonts-babelstone-han" in rare.mend


def test_fonts_that_cannot_be_listed_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.shutil, "which", lambda command: None)
    (finding,) = doctor.fonts()
    assert not finding.ok
    assert finding.mend.endswith("fontconfig")


def test_a_folder_that_can_be_written_is_in_order_and_left_empty(tmp_path: Path) -> None:
    assert doctor.writable_folder("实例目录", tmp_path).ok
    assert not list(tmp_path.iterdir())


def test_a_folder_still_to_be_made_counts_by_its_parent_and_is_not_made(tmp_path: Path) -> None:
    finding = doctor.writable_folder("资料目录", tmp_path / "a" / "b")
    assert finding.ok
    assert "首次使用时建立" in finding.found
    assert not (tmp_path / "a").exists()


def test_a_folder_that_is_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    finding = doctor.writable_folder("资料目录", tmp_path / "file")
    assert not finding.ok
    assert "chown" in finding.mend


def test_a_full_disk_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LEAST_FREE_GIB", 1_000_000)
    assert "磁盘" in doctor.writable_folder("资料目录", tmp_path).mend


def test_a_folder_of_data_that_others_may_enter_is_found(machine: Config) -> None:
    assert doctor.private_folder(machine.instance).ok
    machine.instance.chmod(0o750)
    assert f"chmod 700 {machine.instance}" in doctor.private_folder(machine.instance).mend


def test_the_application_makes_its_folder_for_its_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey.models.crypto.use", lambda ring: None)  # other tests keep their keys
    config = read_config({"RUHU_INSTANCE": str(tmp_path / "instance")})
    assert doctor.private_folder(config.instance).ok
    create_app(config)
    assert stat.S_IMODE(config.instance.stat().st_mode) == 0o700


def test_https_without_a_number_of_proxies_is_found() -> None:
    assert "RUHU_PROXIES=1" in doctor.proxies(https=True, count=0).mend
    assert doctor.proxies(https=True, count=1).ok
    assert doctor.proxies(https=False, count=0).ok


def test_keys_that_others_may_read_are_found(machine: Config) -> None:
    machine.keys.chmod(0o640)
    finding = doctor.keys(machine.keys)
    assert not finding.ok
    assert "0640" in finding.found
    assert f"chmod 600 {machine.keys}" in finding.mend


def test_keys_as_they_are_written_are_in_order(machine: Config) -> None:
    assert stat.S_IMODE(machine.keys.stat().st_mode) == 0o600
    assert doctor.keys(machine.keys).ok


def test_missing_keys_are_to_be_looked_for_in_the_backup(tmp_path: Path) -> None:
    assert "备份" in doctor.keys(tmp_path / "keys.json").mend


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"secret_key": "AAAA", "field_keys": {}, "index_key": "AAAA"}'])
def test_damaged_keys_are_never_to_be_made_anew(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys.json"
    file.write_text(text)
    finding = doctor.keys(file)
    assert not finding.ok
    assert "不要新建" in finding.mend


def test_assets_that_were_never_built_are_found(tmp_path: Path) -> None:
    assert "make setup" in doctor.built_assets(tmp_path).mend


def test_an_asset_that_the_manifest_names_and_nobody_built_is_named(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"app.js": "app-1.js", "app.css": "app-2.css"}))
    (tmp_path / "app-1.js").write_text("")
    assert doctor.built_assets(tmp_path).found == "缺少 app-2.css"
    (tmp_path / "app-2.css").write_text("")
    assert doctor.built_assets(tmp_path).ok


@pytest.mark.parametrize("text", ["{}", "[]", "no json"])
def test_a_manifest_that_names_nothing_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    assert not doctor.built_assets(tmp_path).ok


@pytest.mark.parametrize(
    ("file", "kind", "ok"),
    [
        ("/srv/ruhu/ruhu.sqlite", "ext4", True),
        ("/var/ruhu.sqlite", "overlay", True),
        ("/srv/shared/ruhu.sqlite", "nfs4", False),
        ("/srv/sharedness/ruhu.sqlite", "ext4", True),
        ("/mnt/my share/ruhu.sqlite", "cifs", False),
        ("/mnt/far/ruhu.sqlite", "fuse.sshfs", False),
    ],
)
def test_sqlite_may_not_lie_on_a_network_file_system(file: str, kind: str, ok: bool) -> None:
    finding = doctor.local_disk(Path(file), MOUNTS)
    assert (finding.found, finding.ok) == (kind, ok)


def test_a_disk_that_nobody_can_tell_is_no_fault() -> None:
    finding = doctor.local_disk(Path("/srv/ruhu.sqlite"), "")
    assert (finding.found, finding.ok) == ("无法判断", True)


def test_a_setting_that_the_file_did_not_take_on_is_named() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        (finding,) = doctor.sqlite_settings(connection)
    assert not finding.ok
    assert "journal_mode=memory" in finding.found
    assert "foreign_keys=0" in finding.found


def test_tables_of_another_version_are_to_be_migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "list_heads", lambda: ["007"])
    assert doctor.newest_tables("007").ok
    assert "ruhu migrate" in doctor.newest_tables("006").mend
    assert doctor.newest_tables(None).found == "没有"


def test_a_file_that_is_no_database_is_a_finding_and_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "ruhu.sqlite"
    file.write_bytes(b"not a database" * 1000)
    finding = list(doctor.database(f"sqlite:///{file}"))[-1]
    assert not finding.ok
    assert "file is not a database" in finding.found


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    (finding,) = doctor.database("postgresql+psycopg://ruhu:geheim@127.0.0.1:1/ruhu?connect_timeout=2")
    assert not finding.ok
    assert "geheim" not in finding.found
    assert "127.0.0.1" in finding.found
    assert "DATABASE_URL" in finding.mend


def test_a_postgresql_server_is_judged_by_its_settings(postgresql: str) -> None:
    found = by_name(list(doctor.database(postgresql)))
    assert found["PostgreSQL"].ok
    assert found["数据库编码"].found == "UTF8"
    assert found["数据库时区"].found == "UTC"
    engine = create_engine(postgresql)
    with engine.connect() as connection:
        fsync = connection.execute(text("SHOW fsync")).scalar()
    engine.dispose()
    assert found["断电保护"].ok is (fsync == "on")
    assert ("fsync=off" in found["断电保护"].found) is (fsync == "off")
