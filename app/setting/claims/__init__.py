"""What course notes say of the GRU: whether each claim is so, and links that show it live.

The numbers are those of the project's list of claims.
"""

from typing import Final

from app.setting.claims.cell import CELL
from app.setting.claims.made import LEADS, SEE, Claim, Sight
from app.setting.claims.memory import MEMORY

__all__ = ["CLAIMS", "LEADS", "SEE", "Claim", "Sight"]

CLAIMS: Final = (*CELL, *MEMORY)
