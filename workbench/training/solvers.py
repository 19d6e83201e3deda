"""What one should know of a solver before choosing it; needs no TensorFlow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Solver:
    """A rule that changes weights by gradients.

    Attributes:
        name: the fixed word.
        title: what people call it.
        explanation: when to take it, in a sentence.
        learning_rate: a rate to begin with.
        uses_momentum: whether ``TrainConfig.momentum`` matters.
        slots: numbers kept for each weight, beside that of momentum.
        reference: where it comes from.
    """

    name: str
    title: str
    explanation: str
    learning_rate: float
    uses_momentum: bool
    slots: int
    reference: str

    def slots_with(self, momentum: float) -> int:
        """Numbers kept for each weight, with that momentum."""
        return self.slots + int(self.uses_momentum and momentum > 0)


_SOLVERS = (
    Solver(
        name="sgd",
        title="SGD",
        explanation="Gradient descent with momentum: the usual choice, best with a policy.",
        learning_rate=0.01,
        uses_momentum=True,
        slots=0,
        reference="Robbins and Monro, A stochastic approximation method, 1951",
    ),
    Solver(
        name="momentum",
        title="Momentum",
        explanation="The same as SGD with momentum, by the name that TensorFlow gives it.",
        learning_rate=0.01,
        uses_momentum=True,
        slots=0,
        reference="Polyak, Some methods of speeding up the convergence of iteration, 1964",
    ),
    Solver(
        name="nesterov",
        title="Nesterov",
        explanation="SGD that looks ahead along its momentum; a little steadier than SGD.",
        learning_rate=0.01,
        uses_momentum=True,
        slots=0,
        reference="Sutskever et al., On the importance of initialization and momentum, 2013",
    ),
    Solver(
        name="adagrad",
        title="AdaGrad",
        explanation="Slows each weight down by all its past gradients; for rare features.",
        learning_rate=0.01,
        uses_momentum=False,
        slots=1,
        reference="Duchi et al., Adaptive subgradient methods, 2011",
    ),
    Solver(
        name="adadelta",
        title="AdaDelta",
        explanation="Finds its own scale for each weight; the rate is a factor near 1.",
        learning_rate=1.0,
        uses_momentum=False,
        slots=2,
        reference="Zeiler, ADADELTA: An adaptive learning rate method, 2012",
    ),
    Solver(
        name="adam",
        title="Adam",
        explanation="A rate of its own for each weight; quick to good results, little tuning.",
        learning_rate=0.001,
        uses_momentum=False,
        slots=2,
        reference="Kingma and Ba, Adam: A method for stochastic optimization, 2015",
    ),
    Solver(
        name="adamw",
        title="AdamW",
        explanation="Adam as it is used with weight decay, such as 0.004 or 0.05.",
        learning_rate=0.001,
        uses_momentum=False,
        slots=2,
        reference="Loshchilov and Hutter, Decoupled weight decay regularization, 2019",
    ),
    Solver(
        name="rmsprop",
        title="RMSprop",
        explanation="Divides by the recent size of gradients; usual for MobileNet and its kin.",
        learning_rate=0.0001,
        uses_momentum=True,
        slots=1,
        reference="Tieleman and Hinton, Lecture 6.5 of Neural networks for machine learning, 2012",
    ),
    Solver(
        name="ftrl",
        title="FTRL",
        explanation=(
            "For shallow networks and a fixed rate: the weights follow from the sum of all "
            "gradients and the present rate, so that a lower rate shrinks them."
        ),
        learning_rate=0.01,
        uses_momentum=False,
        slots=2,
        reference="McMahan et al., Ad click prediction: a view from the trenches, 2013",
    ),
    Solver(
        name="lion",
        title="Lion",
        explanation="Steps of one size by the sign of the momentum; a tenth of Adam's rate.",
        learning_rate=0.0001,
        uses_momentum=False,
        slots=1,
        reference="Chen et al., Symbolic discovery of optimization algorithms, 2023",
    ),
)


def solvers() -> dict[str, Solver]:
    """All solvers by name, in the order they are offered."""
    return {solver.name: solver for solver in _SOLVERS}
