"""Least squares where each element has unknowns of its own and all share the flows.

The Jacobian has the shape of an arrow: one block per element beside columns (the head) that every
block uses. Each block is reduced by a QR factorisation; what it says of the head joins the head's
own rows, and those are factored in turn. Nothing is squared, so that what no reading tells shows
up as a zero on a diagonal and not as a huge variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.linalg import get_blas_funcs, qr

RANK = 1e-8
"""Diagonal of R, relative to its first, below which a combination of unknowns is not seen [-].

Columns have unit length and round-off stands at 1e-15. A combination seen a hundred million times
less than another would be uncertain by more than all that flows.
"""


# Solved by BLAS at once: LAPACK's solver of triangles starts threads for the smallest of them.
_solve: Any = get_blas_funcs("trsm")


@dataclass(frozen=True, eq=False)
class Factor:
    """A matrix as Q R, columns in order of weight, with what it does not see.

    seen: orthonormal basis of its range, shape (row, rank). rest: of all else, shape (row, other).
    inverse: from seen coordinates to unknowns, shape (unknown, rank): inverse @ seen.T solves.
    blind: unknowns that move no row, shape (unknown, unseen).
    """

    seen: np.ndarray
    rest: np.ndarray
    inverse: np.ndarray
    blind: np.ndarray

    @staticmethod
    def of(matrix: np.ndarray, *, complete: bool = True) -> Factor:
        """The factor of `matrix`; `rest` is left empty unless it is asked to be `complete`."""
        columns = matrix.shape[1]
        length = np.sqrt((matrix**2).sum(axis=0))
        scale = np.where(length > 0, length, 1.0)
        q, r, order = _decomposed(matrix / scale, "full" if complete else "economic")
        diagonal = np.abs(np.diag(r))
        rank = int((diagonal > RANK * diagonal.max(initial=0.0)).sum())
        inverse = np.zeros((columns, rank))
        blind = np.zeros((columns, columns - rank))
        if rank:
            solved = _solve(1.0, r[:rank, :rank], np.hstack([np.eye(rank), -r[:rank, rank:]]))
            inverse[order[:rank]], blind[order[:rank]] = solved[:, :rank], solved[:, rank:]
        blind[order[rank:]] = np.eye(columns - rank)
        rest = q[:, rank:] if complete else q[:, :0]
        return Factor(q[:, :rank], rest, inverse / scale[:, None], blind / scale[:, None])


def _decomposed(matrix: np.ndarray, mode: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(Q, R, order of the columns); pivoting, which is slow, only where the rank is in doubt."""
    rows, columns = matrix.shape
    if rows == 0 or columns == 0:
        return np.eye(rows), np.zeros((rows, columns)), np.arange(columns)
    if rows >= columns:
        q, r = _qr(matrix, mode=mode)
        square = r[:columns]
        if np.abs(np.diag(square)).min() > 0:
            largest = np.abs(_solve(1.0, square, np.eye(columns))).max()
            # Columns have unit length: 1 / |R^-1| is within a factor of their number of the
            # smallest singular value.
            if largest * columns * RANK < 1:
                return q, r, np.arange(columns)
    return _qr(matrix, mode=mode, pivoting=True)


def _qr(matrix: np.ndarray, **options: Any) -> Any:
    """SciPy's QR, whose type stubs do not follow its options."""
    return qr(matrix, check_finite=False, **options)


@dataclass(frozen=True, eq=False)
class Arrow:
    """The factored Jacobian of whitened readings.

    blocks: one Factor per element. couplings: what the head moves in the rows of each block,
    shape (row, head). head: Factor of the head's own rows and of the rest of every block.
    """

    blocks: tuple[Factor, ...]
    couplings: tuple[np.ndarray, ...]
    head: Factor
    own_rows: int

    @staticmethod
    def of(blocks: list[np.ndarray], couplings: list[np.ndarray], head: np.ndarray) -> Arrow:
        factors = tuple(Factor.of(block) for block in blocks)
        below = [f.rest.T @ coupling for f, coupling in zip(factors, couplings, strict=True)]
        shared = Factor.of(np.vstack([head, *below]), complete=False)
        return Arrow(factors, tuple(couplings), shared, len(head))

    @property
    def rank(self) -> int:
        """Combinations of unknowns that the readings tell."""
        return self.head.seen.shape[1] + sum(block.seen.shape[1] for block in self.blocks)

    def step(self, head: np.ndarray, blocks: list[np.ndarray]) -> tuple[np.ndarray, list]:
        """Changes of the unknowns of head and blocks that best meet the residuals."""
        rest = [f.rest.T @ r for f, r in zip(self.blocks, blocks, strict=True)]
        shared = self.head.inverse @ (self.head.seen.T @ np.concatenate([head, *rest]))
        own = [
            f.inverse @ (f.seen.T @ (r - coupling @ shared))
            for f, r, coupling in zip(self.blocks, blocks, self.couplings, strict=True)
        ]
        return shared, own

    def head_part(self, block: int) -> np.ndarray:
        """Rows of the head's basis that come from `block`, shape (row of the block, rank)."""
        start = self.own_rows + sum(f.rest.shape[1] for f in self.blocks[:block])
        factor = self.blocks[block]
        return factor.rest @ self.head.seen[start : start + factor.rest.shape[1]]

    def redundancy(self) -> tuple[np.ndarray, list[np.ndarray]]:
        """1 - leverage of every row, of the head and of each block: 0 where nothing checks it."""
        head = 1 - (self.head.seen[: self.own_rows] ** 2).sum(axis=1)
        blocks = [
            1 - (f.seen**2).sum(axis=1) - (self.head_part(i) ** 2).sum(axis=1)
            for i, f in enumerate(self.blocks)
        ]
        return head, blocks
