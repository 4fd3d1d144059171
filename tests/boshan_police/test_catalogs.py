import gettext
import os

from boshan_police import catalogs

SOURCE = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Claim"\nmsgstr "签收"\n'


def test_a_newer_source_is_compiled_once(tmp_path):
    folder = tmp_path / "app" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    source = folder / "django.po"
    source.write_text(SOURCE)
    assert catalogs.compile_stale(tmp_path) == 1
    with (folder / "django.mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Claim") == "签收"
    assert catalogs.compile_stale(tmp_path) == 0
    os.utime(source, (2**31, 2**31))
    assert catalogs.stale(tmp_path) == [source]
    assert sorted(path.name for path in folder.iterdir()) == ["django.mo", "django.po"]
