import numpy as np
import pytest

from workbench.errors import NotFound
from workbench.inference.evaluate import among_top, cross_entropy, wilson


def test_an_evaluation_is_what_single_answers_add_up_to(trained):
    evaluation = trained.evaluate("test")
    part = trained.dataset.splits["test"]
    confusion = np.zeros((10, 10), int)
    for image, target in zip(part.images, part.targets, strict=True):
        confusion[target, trained.classify(np.asarray(image), layers=False).output.argmax()] += 1
    assert np.array_equal(evaluation.confusion, confusion)
    assert evaluation.accuracy == np.trace(confusion) / 60
    assert evaluation.accuracy > 0.6
    assert evaluation.per_class[3]["count"] == 6
    with pytest.raises(NotFound, match="no split 'dev'"):
        trained.evaluate("dev")


def test_cross_entropy_by_hand():
    logits = np.array([[0.0, np.log(3)]])
    assert np.allclose(cross_entropy(logits, np.array([0])), np.log(4))


def test_top_k_counts_classes_that_score_higher():
    logits = np.array([[5, 4, 3, 2, 1, 0]])
    assert among_top(logits, np.array([4]), 5).tolist() == [True]
    assert among_top(logits, np.array([5]), 5).tolist() == [False]


def test_wilsons_interval_has_the_published_values():
    # 81 of 263: 0.2553–0.3662 (Newcombe, Statistics in Medicine 17, 1998, table I).
    assert np.allclose(wilson(81, 263), (0.2553, 0.3662), atol=5e-5)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(30, 30)[1] == 1.0
    assert wilson(0, 30)[0] == 0.0
