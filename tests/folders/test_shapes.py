"""Folders as people have them who never read how they should be: used as they are meant, or refused with a way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from suite.commandline import REFUSED
from tests.folders.conftest import Run
from tests.folders.photographs import photographs


def flat(root: Path, folder: str, count: int, name: str = "img_{}.png") -> list[str]:
    """Pictures in one folder, all of them different; their names without suffix."""
    photographs(root, {folder: count})
    names = []
    for number, path in enumerate(sorted((root / folder).iterdir())):
        path.rename(path.with_name(name.format(number)))
        names.append(name.format(number).partition(".")[0])
    return names


def test_portions_of_one_set_are_no_classes_and_their_list_is_named(inspect: Run, tmp_path: Path) -> None:
    """HAM10000: two folders of pictures, and a table that has their identifiers without suffix."""
    root = tmp_path / "ham"
    names = flat(root, "HAM10000_images_part_1", 20, "ISIC_1{}.jpg") + flat(
        root, "HAM10000_images_part_2", 20, "ISIC_2{}.jpg"
    )
    lines = [f"HAM_{k // 2},{name},{'nv' if k % 2 else 'mel'},45.0" for k, name in enumerate(names)]
    table = root / "HAM10000_metadata.csv"
    table.write_text("\n".join(["lesion_id,image_id,dx,age", *lines]))
    code, _, err = inspect(root)
    assert code == REFUSED
    assert "HAM10000_images_part_1/, HAM10000_images_part_2/, which look like portions of one set, not classes" in err
    assert "(there is HAM10000_metadata.csv)" in err
    code, out, _ = inspect(root, f"labels={table}")
    assert code == 0
    assert "40 images of 64x64x3, 2 classes" in out
    code, out, _ = inspect(root, f"labels={table}", "group=lesion_id")
    assert (code, "20 groups by data.group=lesion_id, of 2 to 2 images" in out) == (0, True)
    code, _, err = inspect(root, f"labels={table}", "group=lesion")
    assert (code, "Did you mean 'lesion_id'" in err) == (REFUSED, True)
    code, out, _ = inspect(root, "label_from=folder")  # who insists may
    assert (code, "2 classes" in out) == (0, True)


def test_subjects_are_no_classes_and_a_list_may_name_their_folders(inspect: Run, tmp_path: Path) -> None:
    """A folder for each patient, and a spreadsheet's table that says of each what he has."""
    root = photographs(tmp_path / "set", {f"Patient {k:03d}/visit{v}": 3 for k in range(10) for v in (1, 2)})
    lines = [f"Patient {k:03d};{'krank' if k % 2 else 'gesund'};{30 + k}" for k in range(10)]
    table = root / "Zuordnung.csv"
    table.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(["Patient;Diagnose;Alter", *lines]).encode())
    code, _, err = inspect(root)
    assert (code, "which look like subjects, not classes" in err) == (REFUSED, True)
    code, _, err = inspect(root, f"labels={table}")
    assert code == REFUSED
    assert "which column has the labels?" in err
    assert "data.label_from=COLUMN, one of Diagnose, Alter" in err
    code, _, err = inspect(root, f"labels={table}", "label_from=diagnos")
    assert (code, "Did you mean 'Diagnose'" in err) == (REFUSED, True)
    code, out, _ = inspect(root, f"labels={table}", "label_from=Diagnose", "group=(Patient [0-9]+)")
    assert code == 0
    assert "60 images of 64x64x3, 2 classes" in out
    assert "10 groups by data.group" in out


def test_versions_of_the_same_pictures_are_no_classes(inspect: Run, tmp_path: Path) -> None:
    """PlantVillage: the same classes in colour, in grey and cut out."""
    versions = ("color", "grayscale", "segmented")
    root = photographs(tmp_path / "set", {f"{v}/{c}": 8 for v in versions for c in ("scab", "healthy")})
    code, _, err = inspect(root)
    assert code == REFUSED
    assert f"look like versions of the same pictures, not classes; did you mean path={root / 'color'}?" in err
    code, out, _ = inspect(root / "color")
    assert (code, "16 images of 64x64x3, 2 classes" in out) == (0, True)


@pytest.mark.parametrize("names", [("raw", "fish"), ("1", "2"), ("s1", "s2"), ("class1", "class2"), ("red", "grey")])
def test_names_of_classes_are_names_of_classes(names: tuple[str, ...], inspect: Run, tmp_path: Path) -> None:
    code, out, _ = inspect(photographs(tmp_path / "set", dict.fromkeys(names, 8)))
    assert (code, "16 images of 64x64x3, 2 classes" in out) == (0, True)


def test_a_table_of_zeros_and_ones_has_a_class_for_each_column(inspect: Run, tmp_path: Path) -> None:
    """Roboflow's: `filename, cat, dog`, with blanks."""
    root = tmp_path / "set"
    names = flat(root, "train", 24, "{}_jpg.rf.abc.jpg")
    table = root / "train" / "_classes.csv"
    lines = [f"{name}_jpg.rf.abc.jpg, {k % 2}, {1 - k % 2}" for k, name in enumerate(range(len(names)))]
    table.write_text("\n".join(["filename, cat, dog", *lines]))
    code, out, _ = inspect(root, f"labels={table}")
    assert code == 0
    assert "24 images of 64x64x3, 2 classes" in out
    assert "\ncat " in out
    table.write_text("\n".join(["filename, cat, dog", *lines[:-1], lines[-1][:-4] + "1, 1"]))
    code, _, err = inspect(root, f"labels={table}")
    assert code == REFUSED
    assert "line 25: 23_jpg.rf.abc.jpg has 2 classes (cat, dog), where a picture has one" in err


def test_an_annotation_tools_paths_are_found_by_their_names(inspect: Run, tmp_path: Path) -> None:
    """Label Studio's: paths on its server, labels in `choice`, and further columns."""
    root = tmp_path / "set"
    names = flat(root, "images", 20, "1f-{}.png")
    table = root / "project.csv"
    lines = [f"/data/upload/3/{name}.png,{k},{'cat' if k % 2 else 'dog'},1" for k, name in enumerate(names)]
    table.write_text("\n".join(["image,id,choice,annotator", *lines]))
    code, _, err = inspect(root)
    assert code == REFUSED
    assert "has a single class, 'images'" in err
    assert "(there is project.csv)" in err
    code, out, _ = inspect(root, f"labels={table}")
    assert (code, "20 images of 64x64x3, 2 classes" in out) == (0, True)


def test_a_competitions_table_is_read_whatever_its_first_column_is_called(inspect: Run, tmp_path: Path) -> None:
    root = tmp_path / "set"
    names = flat(root, "train_images", 20)
    flat(root, "test_images", 5, "t{}.png")
    (root / "train.csv").write_text(
        "\n".join(["slide,diagnosis", *(f"{name},{k % 2}" for k, name in enumerate(names))])
    )
    code, _, err = inspect(root)
    assert (code, "(there is train.csv)" in err) == (REFUSED, True)
    code, out, _ = inspect(root, f"labels={root / 'train.csv'}")
    assert code == 0
    assert "20 images of 64x64x3, 2 classes" in out
    assert "5 pictures that train.csv does not list are not used" in out


def test_kaggles_imagenet_has_its_labels_three_folders_above(inspect: Run, tmp_path: Path) -> None:
    root = tmp_path / "kaggle" / "ILSVRC" / "Data" / "CLS-LOC"
    photographs(root, {"train/n01": 10, "train/n02": 10})
    names = flat(root, "val", 6, "ILSVRC2012_val_0000000{}.JPEG")
    lines = [f"{name},n0{1 + k % 2} 1 2 3 4 n0{1 + k % 2} 5 6 7 8" for k, name in enumerate(names)]
    (tmp_path / "kaggle" / "LOC_val_solution.csv").write_text("\n".join(["ImageId,PredictionString", *lines]))
    code, out, _ = inspect(root)
    assert code == 0
    assert "the labels of val/ come from LOC_val_solution.csv" in out
    code, _, err = inspect(tmp_path / "kaggle")
    assert (code, f"did you mean path={root}?" in err) == (REFUSED, True)  # at once, and not folder by folder


def test_an_archive_in_an_archive_is_named(inspect: Run, tmp_path: Path) -> None:
    inner = tmp_path / "archive" / "chest_xray"
    photographs(inner, {f"{part}/{name}": 6 for part in ("train", "test") for name in ("NORMAL", "PNEUMONIA")})
    code, _, err = inspect(tmp_path / "archive")
    assert code == REFUSED
    assert f"holds nothing but chest_xray/, which is divided; did you mean path={inner}?" in err


def test_many_classes_of_one_picture_can_be_left_out(inspect: Run, tmp_path: Path) -> None:
    root = photographs(tmp_path / "faces", {"anna": 12, "bert": 12, **{f"person {k}": 1 for k in range(9)}})
    code, _, err = inspect(root)
    assert (code, "data.min_per_class=3 leaves such classes out" in err) == (REFUSED, True)
    code, out, _ = inspect(root, "min_per_class=3")
    assert code == 0
    assert "24 images of 64x64x3, 2 classes" in out
    assert "9 of 11 classes have fewer than 3 training pictures (data.min_per_class) and are not used, with 9" in out
    code, _, err = inspect(root, "min_per_class=30")
    assert (code, "the largest class has 12 pictures" in err) == (REFUSED, True)


def test_a_division_that_is_not_read_is_said(inspect: Run, tmp_path: Path) -> None:
    """Food-101 and CUB: class folders in images/, and the publisher's division in a text file."""
    root = photographs(tmp_path / "food", {"images/apple_pie": 10, "images/pizza": 10})
    (root / "meta").mkdir()
    (root / "meta" / "test.txt").write_text("pizza/1\n")
    code, _, err = inspect(root)
    assert (code, f"or did you mean path={root / 'images'}?" in err) == (REFUSED, True)
    code, out, _ = inspect(root / "images")
    assert code == 0
    assert "meta/test.txt may be the publisher's division, which is not read" in out


def test_copies_can_be_left_out_and_one_picture_under_two_classes_is_said(
    inspect: Run, plan: Run, tmp_path: Path
) -> None:
    """A phone's export: `IMG_3(1).png` beside `IMG_3.png`, and the same picture in two albums."""
    root = photographs(tmp_path / "set", {"cat": 30, "dog": 30})
    for k in range(25):
        (root / "cat" / f"{k}(1).png").write_bytes((root / "cat" / f"{k}.png").read_bytes())
    for k in range(3):
        (root / "dog" / f"x{k}.png").write_bytes((root / "cat" / f"{k}.png").read_bytes())
    code, _, err = inspect(root)
    assert (code, "data.allow_duplicates=drop leaves out those that are no test images" in err) == (REFUSED, True)
    code, out, _ = inspect(root, "allow_duplicates=drop")
    assert code == 0
    assert "images that are exact copies of test images were left out of the others" in out
    assert "exact copy among the training" not in out
    assert "3 images are there under two classes, pixel for pixel, so that one label is wrong" in out
    code, out, err = plan(root, "data.allow_duplicates=drop")
    assert (code, err) == (0, "")
    assert "were left out of the others (data.allow_duplicates=drop)" in out
