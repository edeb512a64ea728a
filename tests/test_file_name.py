"""What a drop's name says."""

from __future__ import annotations

from datetime import date, time

import pytest

from publisher.importers.file_name import FileName, read_file_name

DAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2026-11-24-1730-春季刊.docx", FileName(DAY, time(17, 30), "春季刊")),
        ("2026-11-24-17：30-春季刊.docx", FileName(DAY, time(17, 30), "春季刊")),
        ("2026-11-24-春季刊.docx", FileName(DAY, None, "春季刊")),
        ("20261124-春季刊.txt", FileName(DAY, None, "春季刊")),
        ("20261124_1730_春季刊.md", FileName(DAY, time(17, 30), "春季刊")),
        ("20261124 春季刊.md", FileName(DAY, None, "春季刊")),
        ("20261124春季刊.md", FileName(DAY, None, "春季刊")),
        ("2026.11.24 春季刊", FileName(DAY, None, "春季刊")),
        ("2026.11.24", FileName(DAY)),
        ("2026_11_24_0900.zip", FileName(DAY, time(9))),
        ("main/2026-11-24-1730-春季刊", FileName(DAY, time(17, 30), "春季刊")),
        ("2026-11-24-第 1.2 版.docx", FileName(DAY, None, "第 1.2 版")),
        ("2026-11-24-2026年度总结.docx", FileName(DAY, None, "2026年度总结")),
        ("2026-11-24-2025 年度总结.docx", FileName(DAY, None, "2025 年度总结")),
        ("2026-11-24-500强名单.docx", FileName(DAY, None, "500强名单")),
    ],
)
def test_a_date_a_time_and_a_title_are_read(name: str, said: FileName) -> None:
    assert read_file_name(name) == said


@pytest.mark.parametrize(
    "name",
    ["春季刊.docx", "", "2026-13-24-春季刊.docx", "2026-02-30-春季刊.docx", "20261324.docx", "2026-1124-春季刊.docx",
     "2026112400001.docx", "1926-11-24-春季刊.docx", "总第18期-2026-11-24.docx", "2026-11-24-2560-春季刊.docx",
     "2026年第6期.docx", "20261124/春季刊.docx"],
)  # fmt: skip
def test_a_name_that_does_not_begin_with_a_date_says_nothing(name: str) -> None:
    assert read_file_name(name) == FileName()
