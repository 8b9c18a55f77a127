"""Addresses in many spellings are one place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grids.addresses import beginnings, fold_address, fold_door, split_door, written_door

WRITTEN = st.text(alphabet="0123456789一二三十百零〇号楼栋幢座单元室层巷院园ABabＡ１３ -－—.,，·()#", max_size=40)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("3号楼1单元302", "3号楼1单元302"),
        ("３号楼　１单元 ３０２室", "3号楼1单元302"),
        ("三号楼一单元302室", "3号楼1单元302"),
        ("3栋1单元302", "3号楼1单元302"),
        ("3#1单元302", "3号楼1单元302"),
        ("3-1-302", "3号楼1单元302"),
        ("3—1—302", "3号楼1单元302"),
        ("上林雅苑3-302", "上林雅苑3号楼302"),
        ("A座 1201", "a座1201"),
        ("三十二号楼", "32号楼"),
        ("十号楼", "10号楼"),
        ("南关西巷十二号", "南关西巷12号"),
        ("三里屯南巷", "三里屯南巷"),
        ("", ""),
    ],
)
def test_spellings_of_one_place_fold_alike(typed, folded):
    assert fold_address(typed) == folded


@given(WRITTEN)
def test_folding_twice_changes_nothing(text):
    assert fold_address(fold_address(text)) == fold_address(text)


@given(st.text(max_size=400))
def test_any_text_folds(text):
    assert len(fold_address(text)) <= 200


@given(WRITTEN)
def test_spaces_make_no_difference(text):
    assert fold_address(" ".join(text.replace("-", ""))) == fold_address(text.replace("-", ""))


@given(st.integers(1, 99), st.integers(1, 9), st.integers(101, 3309))
def test_door_is_the_rest_of_the_address_behind_its_building(building, unit, room):
    whole = fold_address(f"福园{building}栋{unit}单元{room}室")
    assert whole == fold_address(f"福园{building}号楼") + fold_door(f"{unit}单元", f"{room}室")
    assert split_door(fold_door(str(unit), str(room))) == (str(unit), str(room))


def test_number_is_never_cut():
    assert list(beginnings("南巷12")) == ["南巷12", "南巷", "南"]


@pytest.mark.parametrize(
    ("unit", "room", "words"),
    [("1", "302", "1单元302室"), ("", "302", "302室"), ("东侧", "平房", "东侧平房"), ("", "", "")],
)
def test_door_is_written_as_people_do(unit, room, words):
    assert written_door(unit, room) == words
