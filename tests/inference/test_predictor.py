import numpy as np
import pytest
from PIL import Image

from workbench.errors import DataError, NotFound


@pytest.fixture(scope="module")
def some_file(trained):
    return trained.dataset.paths("val", [40])[0]


def test_a_path_bytes_pixels_and_a_picture_are_answered_alike(trained, some_file):
    with open(some_file, "rb") as file:
        data = file.read()
    picture = Image.open(some_file)
    results = [trained.classify(p) for p in (some_file, data, np.asarray(picture), picture)]
    for result in results[1:]:
        assert np.array_equal(result.output, results[0].output)
    assert results[0].name == some_file


def test_probabilities_are_the_softmax_of_the_output(trained, some_file):
    result = trained.classify(some_file)
    powers = np.exp(result.output - result.output.max())
    expected = sorted(powers / powers.sum(), reverse=True)[:5]
    assert np.allclose([p.probability for p in result.top(5)], expected, rtol=1e-5)


def test_with_and_without_layers_the_answer_is_the_same(trained, some_file):
    with_layers = trained.classify(some_file, layers=True)
    without = trained.classify(some_file, layers=False)
    assert without.layers is None
    assert np.allclose(with_layers.output, without.output, atol=1e-5)


def test_what_cannot_be_read_is_named(trained, tmp_path):
    with pytest.raises(NotFound, match=r"no file .*gone\.png"):
        trained.classify(tmp_path / "gone.png")
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(DataError, match=r"text\.png' cannot be read: not an image"):
        trained.classify(tmp_path / "text.png")
    with pytest.raises(DataError, match=r"the array \(4, 4, 2\) cannot be read: .*2 channels"):
        trained.classify(np.zeros((4, 4, 2), np.uint8))
    with pytest.raises(NotFound, match="no checkpoint at epoch 99"):
        trained.classify(tmp_path, epoch=99)


def test_lines_are_those_of_digits_users(trained, some_file):
    result = trained.classify(some_file)
    first = result.predictions[0]
    number = f"{first.probability:.14f}"
    assert result.lines()[0] == (
        f"For image 1, predicted class 1: {first.index + 1} ({first.label}) {number}"
    )
    assert result.raw_line(3).startswith("Predictions for image 3: [")
    assert len(result.raw_line().split(",")) == 10


def test_a_result_shows_itself_without_scripts(trained, some_file):
    page = trained.classify(some_file)._repr_html_()
    assert page.count("data:image/png;base64,") > 10
    assert "conv1 · weights" in page
    assert "<script" not in page
