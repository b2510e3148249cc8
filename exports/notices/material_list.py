"""材料接收清单: what the household handed in, piece by piece, signed by who gave and who took."""

from __future__ import annotations

from dataclasses import dataclass

from exports.notices.office import HouseholdPaper

TEMPLATE = "material-list"
LEAST = 12


@dataclass(frozen=True, slots=True)
class Material:
    """One paper; `copies` and `pages` as they were counted."""

    name: str
    kind: str
    is_original: bool
    pages: int
    copies: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialList(HouseholdPaper):
    """One list, with empty lines for what is handed in with the pen."""

    materials: tuple[Material, ...] = ()

    @property
    def lines(self) -> list[Material | None]:
        return [*self.materials, *[None] * max(0, LEAST - len(self.materials))]
